// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tessera {

// One transport-wide congestion control feedback
// (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).
struct TransportFeedback {
  static constexpr int kMaxPackets = 2048;  // some seconds of them; a client tells of 250 ms
  static constexpr std::uint32_t kReferenceModulus = 1u << 24;
  static constexpr std::chrono::milliseconds kReferenceUnit{64};

  std::uint16_t first = 0;      // transport-wide sequence number
  std::uint32_t reference = 0;  // 24 bits, units of 64 ms of the receiver's clock
  // From `first` on: when each was received, counted from the reference; nothing: not yet.
  std::vector<std::optional<std::chrono::microseconds>> packets;
};

// `fci`: the feedback control information (RFC 4585 section 6.1). Nothing when it is malformed.
std::optional<TransportFeedback> parseTransportFeedback(std::span<const std::uint8_t> fci);

}  // namespace tessera
