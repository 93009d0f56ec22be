// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "pipelines/gst/ref.h"

namespace tessera {

// One RTP packet as it was made for everybody. What is a receiver's own is still to be written into a copy of
// its header: sequence number, timestamp, SSRC and picture id.
struct RtpPacket {
  std::vector<std::uint8_t> header;  // RTP header and extensions, and what of the payload is not shared
  gst::Ref<GstMemory> payload;       // the rest
  std::size_t pictureIdAt = 0;  // where in the header VP8's 15-bit picture id is (RFC 7741, 4.2); 0: none
  std::size_t bytes = 0;
};

// The packets of one encoded frame, or of one Opus packet, made once for everybody who gets it. Never changed
// once made.
struct RtpFrame {
  GstClockTime pts = GST_CLOCK_TIME_NONE;
  bool keyframe = false;
  std::vector<RtpPacket> packets;
  std::size_t bytes = 0;  // of all
};
using RtpFrameRef = std::shared_ptr<const RtpFrame>;

}  // namespace tessera
