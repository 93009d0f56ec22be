// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tessera {

// One packet of a compound (RFC 3550, 6.1); a view.
struct RtcpPacket {
  static constexpr int kSenderReport = 200, kReceiverReport = 201, kTransportFeedback = 205;
  static constexpr int kTransportCc = 15;  // format of a transport feedback

  int type = 0;
  int format = 0;                       // or the count of what is in it
  std::span<const std::uint8_t> bytes;  // with its header; a whole number of words

  bool isTransportCc() const { return type == kTransportFeedback && format == kTransportCc; }
  std::uint32_t sender() const;                    // SSRC; 0 in a packet too short to have one
  std::span<const std::uint8_t> feedback() const;  // control information of a feedback (RFC 4585, 6.1)
};

// The packets of a compound or of a reduced-size one (RFC 5506); nothing when it is malformed.
std::optional<std::vector<RtcpPacket>> splitRtcp(std::span<const std::uint8_t> compound);

// RFC 3550, 6.4.1.
struct ReportBlock {
  std::uint32_t ssrc = 0;
  double fractionLost = 0;
  std::uint32_t highest = 0;      // sequence number, extended
  std::uint32_t lastReport = 0;   // 16.16 seconds of NTP time; 0: none
  std::uint32_t sinceReport = 0;  // 16.16 seconds
};

// A sender report without what it says of its sender.
std::vector<std::uint8_t> asReceiverReport(const RtcpPacket& senderReport);

// Of a sender or receiver report; none of any other packet.
std::vector<ReportBlock> reportBlocks(const RtcpPacket& packet);

}  // namespace tessera
