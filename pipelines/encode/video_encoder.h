// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "base/result.h"
#include "pipelines/gst/push_pad.h"
#include "pipelines/gst/receive_pad.h"
#include "pipelines/mix/video_frame.h"
#include "room/media_room.h"

namespace tessera {

struct EncoderSettings {
  VideoCodec codec = VideoCodec::vp8;
  CanvasSettings picture;  // fps 0: a frame every kStillEvery
  int kbps = 1500;
  bool program = false;  // for files and streams: better, and evened out over a second
};

// One GStreamer encoder, set for real time, run by the thread that calls it: encode() returns when the frame
// is encoded, and onFrame has been called for it by then. H.264 comes as a byte stream of access units, with
// its parameter sets before each keyframe; constrained baseline, or for the program high profile without
// frames out of order. One thread at a time.
class VideoEncoder {
 public:
  using FrameHandler = std::function<void(const gst::Ref<GstBuffer>& frame, bool keyframe)>;

  static Result<std::unique_ptr<VideoEncoder>> create(const EncoderSettings& settings, FrameHandler onFrame);
  ~VideoEncoder();
  VideoEncoder(const VideoEncoder&) = delete;
  VideoEncoder& operator=(const VideoEncoder&) = delete;

  // `frame.captured` becomes the PTS. Fails when the encoder does; it is of no use afterwards.
  [[nodiscard]] Status encode(const mix::FrameRef& frame, bool keyframe);
  void setKbps(int kbps);  // of the frames to come; makes no keyframe

 private:
  VideoEncoder(const EncoderSettings& settings, GstElement* encoder);

  const gst::Ref<GstElement> bin_;
  GstElement* const encoder_;  // in bin_
  const mix::Nanos frameDuration_;
  std::unique_ptr<gst::PushPad> input_;
  std::unique_ptr<gst::ReceivePad> output_;
};

}  // namespace tessera
