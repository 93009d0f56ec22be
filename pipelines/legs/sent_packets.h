// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "pipelines/legs/transport_feedback.h"
#include "room/bandwidth_estimator.h"

namespace tessera {

// Numbers the packets that are sent and finds out by the receiver's feedback what became of each; each is
// told of once. What is kept is bounded, whatever the receiver says or does not say. One thread at a time.
class SentPackets {
 public:
  using Nanos = std::chrono::nanoseconds;
  // Packets whose fate is waited for; at 1.5 Mbit/s those of more than 10 s.
  static constexpr std::size_t kHistory = TransportFeedback::kMaxPackets;
  // The transport-wide sequence number of the packet that is sent now.
  std::uint16_t add(int bytes, Nanos now);
  // What is newly known, in the order of sending.
  std::vector<PacketFeedback> match(const TransportFeedback& feedback);

 private:
  struct Sent {
    std::uint64_t number = 0;  // 0: none; the sequence number is its lower bits
    Nanos at{0};
    int bytes = 0;
    bool received = false;
    bool lost = false;
  };

  Nanos unwrap(std::uint32_t reference);
  Sent* find(std::uint16_t sequence);

  std::array<Sent, kHistory> sent_;
  std::uint64_t next_ = kHistory + 1;
  std::optional<std::int64_t> reference_;  // of the last feedback, unwrapped
};

}  // namespace tessera
