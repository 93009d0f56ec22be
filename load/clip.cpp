// SPDX-License-Identifier: Apache-2.0
#include "load/clip.h"

#include "pipelines/gst/element.h"

namespace tessera::load {

std::size_t Clip::bytes() const {
  std::size_t sum = 0;
  for (const EncodedFrame& frame : frames) sum += gst_buffer_get_size(frame.data.get());
  return sum;
}

std::size_t Clip::nextKeyframe(std::size_t from) const {
  for (std::size_t i = from; i < frames.size(); ++i)
    if (frames[i].keyframe) return i;
  return 0;
}

std::string_view codecName(VideoCodec codec) {
  return codec == VideoCodec::vp8 ? "VP8" : "H264";
}

gst::Ref<GstCaps> videoClipCaps(const VideoClipSettings& settings) {
  // The level must be within what the offer's profile-level-id (42e01f) names, or the payloader refuses it.
  const char* type = settings.codec == VideoCodec::vp8
                         ? "video/x-vp8"
                         : "video/x-h264,stream-format=byte-stream,alignment=au,"
                           "profile=constrained-baseline,level=(string)3.1";
  return gst::capsOf(fmt::format("{},width={},height={},framerate={}/1", type, settings.width,
                                 settings.height, settings.fps));
}

}  // namespace tessera::load
