// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
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
  static constexpr std::size_t kHistory = 2048;
  // So long after a feedback without it a packet is lost: until then it may have been overtaken.
  static constexpr Nanos kLostAfter = std::chrono::milliseconds(100);

  // The transport-wide sequence number of the packet that is sent now.
  std::uint16_t add(int bytes, Nanos now);
  // What is newly known, in the order of sending.
  std::vector<PacketFeedback> match(const TransportFeedback& feedback, Nanos now);

 private:
  struct Sent {
    std::uint64_t number = 0;  // 0: none; the sequence number is its lower bits
    Nanos at{0};
    int bytes = 0;
    bool told = false;     // as received or lost
    bool missing = false;  // in `missing_`
  };
  struct Missing {
    std::uint64_t number = 0;
    Nanos since{0};
  };
  struct Told {
    std::uint64_t number = 0;
    PacketFeedback packet;
  };

  Nanos unwrap(std::uint32_t reference);
  Sent* find(std::uint16_t sequence);
  void takeLost(std::vector<Told>& told, Nanos now);

  std::array<Sent, kHistory> sent_;
  std::uint64_t next_ = kHistory + 1;
  std::deque<Missing> missing_;            // the oldest first
  std::optional<std::int64_t> reference_;  // of the last feedback, unwrapped
};

}  // namespace tessera
