// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "pipelines/encode/keyframe_broker.h"
#include "pipelines/encode/video_encoder.h"

namespace tessera {

// One encoding of the canvas, shared by everybody who takes it: an encoder on a thread of its own with a
// one-frame mailbox, newest wins. Frames of another size, or another rate, get a new encoder, whose first
// frame is a keyframe. An encoder that fails is made anew once; the second failure within kForgiveAfter is
// final. push(), setFps() and requestKeyframe() from any thread, never blocking.
class VideoRung {
 public:
  static constexpr mix::Nanos kForgiveAfter = std::chrono::seconds(30);

  struct Handlers {  // on the rung's thread
    VideoEncoder::FrameHandler onFrame;
    std::function<void(const Error&)> onFailed;  // the rung is dead
  };

  static Result<std::unique_ptr<VideoRung>> create(const RungSettings& settings, Handlers handlers);
  ~VideoRung();  // waits for the frame under way
  VideoRung(const VideoRung&) = delete;
  VideoRung& operator=(const VideoRung&) = delete;

  bool push(mix::FrameRef frame);  // true: one that had not been encoded yet was dropped for it
  void setFps(int fps) { fps_.store(fps, std::memory_order_relaxed); }  // of the frames to come
  void requestKeyframe() { keyframes_.request(); }
  bool keyframeDue(mix::Nanos now) const { return keyframes_.due(now); }

 private:
  VideoRung(const RungSettings& settings, Handlers handlers);
  [[nodiscard]] Status makeEncoder();
  [[nodiscard]] Status follow(const mix::VideoFrame& frame);
  void run();
  mix::FrameRef nextFrame();  // waits; null: stop
  [[nodiscard]] Status encode(const mix::FrameRef& frame);
  [[nodiscard]] Status recover(const mix::FrameRef& frame, const Error& why);

  const Handlers handlers_;
  std::atomic<int> fps_;
  KeyframeBroker keyframes_;
  // Of the rung's thread once it runs.
  RungSettings settings_;
  std::unique_ptr<VideoEncoder> encoder_;
  mix::Nanos lastFailure_{0};  // 0: never

  std::mutex mutex_;
  std::condition_variable wake_;
  mix::FrameRef mailbox_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tessera
