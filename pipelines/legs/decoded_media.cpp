// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/decoded_media.h"

#include <gst/rtp/rtp.h>
#include <gst/video/video.h>

#include <cstdlib>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/thread_priority.h"
#include "pipelines/gst/element.h"
#include "pipelines/legs/leg_codecs.h"
#include "pipelines/legs/leg_input.h"
#include "pipelines/legs/opus_input.h"

namespace tessera {
namespace {

using mix::Nanos;

struct Mapped {
  GstVideoFrame frame;
  ~Mapped() { gst_video_frame_unmap(&frame); }
};

Nanos captureTime(const GstBuffer* buffer, Nanos now) {
  return GST_BUFFER_PTS_IS_VALID(buffer) ? Nanos(static_cast<std::int64_t>(GST_BUFFER_PTS(buffer))) : now;
}

// RFC 6464, section 3: a bit for voice activity, then the level as -dBov.
std::optional<int> claimedLevel(GstRTPBuffer& rtp) {
  gpointer data = nullptr;
  guint size = 0;
  if (!gst_rtp_buffer_get_extension_onebyte_header(&rtp, kAudioLevelId, 0, &data, &size) || size < 1)
    return std::nullopt;
  return -(*static_cast<const std::uint8_t*>(data) & 0x7f);
}

OpusInput::Packet packetOf(GstRTPBuffer& rtp, Nanos captured) {
  const auto* payload = static_cast<const std::uint8_t*>(gst_rtp_buffer_get_payload(&rtp));
  return {gst_rtp_buffer_get_seq(&rtp),
          gst_rtp_buffer_get_timestamp(&rtp),
          captured,
          {payload, gst_rtp_buffer_get_payload_len(&rtp)},
          claimedLevel(rtp)};
}

void abortForTest(const std::string& label) {
  log::error("aborting for a test", {{"peer", label}});
  log::flush();
  std::abort();
}

}  // namespace

std::optional<mix::VideoFrame> frameOf(const GstVideoInfo& info, GstBuffer* buffer) {
  GstVideoFrame frame;
  if (!gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ)) return std::nullopt;
  const auto mapped = std::shared_ptr<Mapped>(new Mapped{frame});
  const GstVideoFrame& f = mapped->frame;
  mix::VideoFrame result;
  result.width = GST_VIDEO_FRAME_WIDTH(&f);
  result.height = GST_VIDEO_FRAME_HEIGHT(&f);
  result.y = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&f, 0));
  result.u = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&f, 1));
  result.v = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&f, 2));
  result.strideY = GST_VIDEO_FRAME_COMP_STRIDE(&f, 0);
  result.strideU = GST_VIDEO_FRAME_COMP_STRIDE(&f, 1);
  result.strideV = GST_VIDEO_FRAME_COMP_STRIDE(&f, 2);
  result.fullRange = info.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255;
  result.bt709 = info.colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_BT709;
  result.memory = mapped;
  return result;
}

gst::ReceivePad::Handlers videoSink(const std::shared_ptr<LegShared>& shared) {
  // Caps and buffers come on one thread, in order.
  const auto info = std::make_shared<GstVideoInfo>();
  gst_video_info_init(info.get());

  gst::ReceivePad::Handlers handlers;
  handlers.caps = gst::capsOf("video/x-raw,format=I420");
  handlers.wantsVideoMeta = true;
  handlers.onCaps = [shared, info, last = std::pair(0, 0)](GstCaps* caps) mutable {
    if (!gst_video_info_from_caps(info.get(), caps) ||
        GST_VIDEO_INFO_FORMAT(info.get()) != GST_VIDEO_FORMAT_I420)
      return false;
    const std::pair size(GST_VIDEO_INFO_WIDTH(info.get()), GST_VIDEO_INFO_HEIGHT(info.get()));
    if (!isAcceptableSize(size.first, size.second, shared->screen)) return false;
    if (size != std::exchange(last, size)) shared->reportVideoSize(size.first, size.second);
    return true;
  };
  handlers.onBuffer = [shared, info, first = true](const gst::Ref<GstBuffer>& buffer) mutable {
    const Nanos now = gst::now();
    if (std::exchange(first, false)) preferThisThread(Precedence::ordinary);
    if (!shared->open()) return GST_FLOW_OK;
    if (shared->abortOnFrame) abortForTest(shared->label);
    shared->keyframes.onDecoded(now);
    const auto slot = shared->videoSlot();
    if (!slot) return GST_FLOW_OK;
    auto frame = frameOf(*info, buffer.get());
    if (!frame) return GST_FLOW_OK;
    frame->captured = captureTime(buffer.get(), now);
    slot->push(std::move(*frame), now);
    return GST_FLOW_OK;
  };
  return handlers;
}

Result<gst::ReceivePad::Handlers> opusSink(const std::shared_ptr<LegShared>& shared) {
  auto input = OpusInput::create(shared->channels, shared->audioStats,
                                 [shared](std::span<const std::int16_t> samples, Nanos captured) {
                                   if (const auto slot = shared->audioSlot())
                                     slot->push(samples, captured, gst::now());
                                 });
  if (!input) return tl::unexpected(input.error());
  gst::ReceivePad::Handlers handlers;
  handlers.caps = gst::capsOf("application/x-rtp,encoding-name=OPUS,clock-rate=48000");
  // The thread is the jitter buffer's own: sound is not to wait for the decoders of pictures.
  handlers.onBuffer = [shared, opus = std::shared_ptr(std::move(*input)),
                       first = true](const gst::Ref<GstBuffer>& buffer) mutable {
    if (std::exchange(first, false)) preferThisThread(Precedence::ahead);
    if (!shared->open()) return GST_FLOW_OK;
    const Nanos now = gst::now();
    GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
    if (!gst_rtp_buffer_map(buffer.get(), GST_MAP_READ, &rtp)) return GST_FLOW_OK;
    const OpusInput::Packet packet = packetOf(rtp, captureTime(buffer.get(), now));
    if (now - packet.captured > mix::PlayoutDelay::kMax) shared->packets.onLate();
    opus->take(packet);
    gst_rtp_buffer_unmap(&rtp);
    return GST_FLOW_OK;
  };
  return handlers;
}

}  // namespace tessera
