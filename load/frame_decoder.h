// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "base/result.h"
#include "load/time_code.h"
#include "pipelines/gst/push_pad.h"
#include "pipelines/gst/receive_pad.h"
#include "room/media_room.h"

namespace tessera::load {

// Decodes RTP packets on the thread that pushes them; it has no thread of its own, so it may be destroyed by
// whoever pushed last.
class FrameDecoder {
 public:
  using OnFrame = std::function<void(const LumaPlane&)>;
  using OnKeyframeNeeded = std::function<void()>;

  static Result<std::unique_ptr<FrameDecoder>> create(VideoCodec codec, int payload, OnFrame onFrame,
                                                      OnKeyframeNeeded onKeyframeNeeded);
  ~FrameDecoder();
  FrameDecoder(const FrameDecoder&) = delete;
  FrameDecoder& operator=(const FrameDecoder&) = delete;

  void push(const gst::Ref<GstBuffer>& packet);

 private:
  FrameDecoder() = default;
  Status build(VideoCodec codec, int payload, OnFrame onFrame, OnKeyframeNeeded onKeyframeNeeded);

  gst::Ref<GstElement> pipeline_;
  std::unique_ptr<gst::PushPad> in_;
  std::unique_ptr<gst::ReceivePad> out_;
};

}  // namespace tessera::load
