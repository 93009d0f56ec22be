// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/rtp_stream.h"

#include <algorithm>
#include <cstring>

namespace tessera {
namespace {

// RFC 3550, 5.1
constexpr std::size_t kSequenceAt = 2, kTimestampAt = 4, kSsrcAt = 8;
constexpr std::uint16_t kPictureIdMask = 0x7fff, kLongPictureId = 0x8000;

}  // namespace

RtpStream::RtpStream(std::uint32_t ssrc, int clockRate)
    : ssrc_(ssrc),
      clockRate_(clockRate),
      timestampOffset_(g_random_int()),
      sequence_(static_cast<std::uint16_t>(g_random_int())),
      pictureId_(static_cast<std::uint16_t>(g_random_int())) {}

void RtpStream::begin(const RtpFrame& frame) {
  if (midFrame_) ++sequence_;
  ++pictureId_;
  const GstClockTime earliest = GST_CLOCK_TIME_IS_VALID(pts_) ? pts_ + kMinStep : 0;
  pts_ = GST_CLOCK_TIME_IS_VALID(frame.pts) ? std::max(frame.pts, earliest) : earliest;
}

gst::Ref<GstBufferList> RtpStream::write(const RtpFrame& frame, std::size_t first, std::size_t count) {
  if (first == 0) begin(frame);
  auto list = gst::Ref<GstBufferList>::adopt(gst_buffer_list_new_sized(static_cast<guint>(count)));
  for (std::size_t i = first; i < first + count; ++i)
    gst_buffer_list_add(list.get(), write(frame.packets[i]).release());
  midFrame_ = first + count < frame.packets.size();
  return list;
}

gst::Ref<GstBuffer> RtpStream::write(const RtpPacket& packet) {
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, packet.header.size(), nullptr);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_WRITE);
  std::memcpy(map.data, packet.header.data(), packet.header.size());
  GST_WRITE_UINT16_BE(map.data + kSequenceAt, sequence_);
  GST_WRITE_UINT32_BE(
      map.data + kTimestampAt,
      timestampOffset_ + static_cast<std::uint32_t>(gst_util_uint64_scale_int(pts_, clockRate_, GST_SECOND)));
  GST_WRITE_UINT32_BE(map.data + kSsrcAt, ssrc_);
  if (packet.pictureIdAt != 0)
    GST_WRITE_UINT16_BE(map.data + packet.pictureIdAt, kLongPictureId | (pictureId_ & kPictureIdMask));
  gst_buffer_unmap(buffer, &map);
  gst_buffer_append_memory(buffer, gst_memory_ref(packet.payload.get()));
  GST_BUFFER_PTS(buffer) = pts_;
  ++sequence_;
  return gst::Ref<GstBuffer>::adopt(buffer);
}

}  // namespace tessera
