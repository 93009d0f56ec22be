// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "pipelines/legs/rtp_frame.h"

namespace tessera {

// One RTP stream to one receiver, of packets that were made for everybody: with its SSRC, sequence numbers
// and VP8 picture ids that go on, and timestamps that grow, whichever rung a frame is of. One thread at a
// time.
class RtpStream {
 public:
  // Frames of two rungs may show the same moment: the second is put this much later.
  static constexpr GstClockTime kMinStep = GST_MSECOND;

  RtpStream(std::uint32_t ssrc, int clockRate);  // begins at random numbers (RFC 3550, 5.1)

  // Some packets of a frame, in their order; payload is shared, PTS is what the timestamp stands for. When
  // the rest of a frame has not been asked for, one sequence number is left out before the next, so that
  // nobody takes the two for one.
  gst::Ref<GstBufferList> write(const RtpFrame& frame, std::size_t first, std::size_t count);
  std::uint16_t nextSequence() const { return sequence_; }

 private:
  void begin(const RtpFrame& frame);
  gst::Ref<GstBuffer> write(const RtpPacket& packet);

  const std::uint32_t ssrc_;
  const int clockRate_;
  const std::uint32_t timestampOffset_;
  std::uint16_t sequence_;
  std::uint16_t pictureId_;
  bool midFrame_ = false;
  GstClockTime pts_ = GST_CLOCK_TIME_NONE;  // of the frame under way or the last
};

}  // namespace tessera
