// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>

#include "base/result.h"
#include "pipelines/legs/rtp_frame.h"
#include "room/rung.h"

namespace tessera {

// Makes RTP packets of what one encoder puts out: once, however many receivers there are. Thread-safe.
class Packetizer {
 public:
  virtual ~Packetizer() = default;
  // Null when there is nothing to send of it.
  virtual RtpFrameRef packetize(const gst::Ref<GstBuffer>& frame) = 0;
};

// GStreamer's payloader for this codec; without one, for Opus. With the extensions that we send: room for the
// transport-wide sequence number, which webrtcbin's session writes, and the colour space.
Result<std::shared_ptr<Packetizer>> makePacketizer(std::optional<VideoCodec> codec);

}  // namespace tessera
