// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "pipelines/encode/keyframe_broker.h"
#include "pipelines/encode/rung_picture.h"
#include "pipelines/encode/video_encoder.h"
#include "pipelines/mix/frame_pool.h"

namespace tessera {

struct RungSettings {
  VideoCodec codec = VideoCodec::vp8;
  RungSpec spec;
  CanvasSettings canvas;                  // that it begins with
  std::optional<CanvasSettings> fixed{};  // the program's: its picture, whatever the canvas comes to be
};

// One encoding of the canvas, shared by everybody who takes it: an encoder on a thread of its own with a
// one-frame mailbox, newest wins. A smaller rung scales the canvas on that thread, a slower one takes every
// so many frames; either takes one more when a keyframe is due. A canvas of another size, or another rate,
// gets a new encoder, whose first frame is a keyframe; a fixed picture is scaled up or down to instead. An
// encoder that fails is made anew once; the second failure within kForgiveAfter is final. push(), set…() and
// requestKeyframe() from any thread, never blocking.
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

  bool push(mix::FrameRef canvas);  // true: one that had not been encoded yet was dropped for it
  // Of the frames to come: the canvas' rate, and the bitrate.
  void setCanvasFps(int fps) { canvasFps_.store(fps, std::memory_order_relaxed); }
  void setKbps(int kbps) { kbps_.store(kbps, std::memory_order_relaxed); }
  void requestKeyframe() { keyframes_.request(); }
  void setKeyframeEvery(mix::Nanos every) { keyframes_.setEvery(every); }  // 0: on request alone
  bool keyframeDue(mix::Nanos now) const { return keyframes_.due(now); }

 private:
  VideoRung(const RungSettings& settings, Handlers handlers);
  [[nodiscard]] Status makeEncoder();
  CanvasSettings pictureOf(const CanvasSettings& canvas) const;
  bool takes(const mix::VideoFrame& canvas);
  [[nodiscard]] Status follow(const mix::VideoFrame& canvas);
  mix::FrameRef scaled(const mix::FrameRef& canvas);
  void run();
  mix::FrameRef nextFrame();  // waits; null: stop
  [[nodiscard]] Status encode(mix::FrameRef canvas);
  [[nodiscard]] Status recover(const mix::FrameRef& frame, const Error& why);

  const RungSpec spec_;
  const std::optional<CanvasSettings> fixed_;
  const Handlers handlers_;
  std::atomic<int> canvasFps_;
  std::atomic<int> kbps_;
  KeyframeBroker keyframes_;
  // Of the rung's thread once it runs.
  EncoderSettings settings_;
  std::unique_ptr<VideoEncoder> encoder_;
  const std::shared_ptr<mix::FramePool> pool_ = mix::FramePool::create();
  mix::Nanos lastFailure_{0};  // 0: never

  std::mutex mutex_;
  std::condition_variable wake_;
  FramePicker picker_;
  mix::FrameRef mailbox_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tessera
