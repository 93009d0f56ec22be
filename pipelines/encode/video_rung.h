// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "pipelines/encode/keyframe_broker.h"
#include "pipelines/encode/video_encoder.h"

namespace tessera {

// One encoding of the canvas, shared by everybody who takes it: an encoder on a thread of its own with a
// one-frame mailbox, newest wins. An encoder that fails is made anew once; the second failure within
// kForgiveAfter is final. push() and requestKeyframe() from any thread, never blocking.
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

  void push(mix::FrameRef frame);
  void requestKeyframe() { keyframes_.request(); }
  bool keyframeDue(mix::Nanos now) const { return keyframes_.due(now); }

 private:
  VideoRung(const RungSettings& settings, Handlers handlers);
  [[nodiscard]] Status makeEncoder();
  void run();
  mix::FrameRef nextFrame();  // waits; null: stop
  [[nodiscard]] Status encode(const mix::FrameRef& frame);
  [[nodiscard]] Status recover(const mix::FrameRef& frame, const Error& why);

  const RungSettings settings_;
  const Handlers handlers_;
  KeyframeBroker keyframes_;
  std::unique_ptr<VideoEncoder> encoder_;  // of the rung's thread once it runs
  mix::Nanos lastFailure_{0};              // likewise; 0: never

  std::mutex mutex_;
  std::condition_variable wake_;
  mix::FrameRef mailbox_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tessera
