// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

namespace tessera {

// What became of one packet that we sent, by transport-wide congestion control feedback
// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
struct PacketFeedback {
  std::chrono::nanoseconds sent{0};      // our clock
  std::chrono::nanoseconds received{0};  // the receiver's clock, of any epoch; not with `lost`
  int bytes = 0;                         // on the wire, all headers included
  bool lost = false;
  std::uint16_t seq = 0;  // transport-wide
};

// The packets of the last kMemory. One that was reported as lost may still be reported as received: it was
// overtaken. So nothing counts as lost before it has had kOvertaken of time. Pure.
class PacketHistory {
 public:
  using Nanos = std::chrono::nanoseconds;
  static constexpr Nanos kMemory = std::chrono::seconds(2);
  static constexpr Nanos kOvertaken = std::chrono::milliseconds(100);

  enum class News { next, late, known };  // `late`: was thought lost, or was overtaken; `known`: nothing new
  News add(const PacketFeedback& packet);
  void clear() { *this = {}; }

  Nanos newest() const { return newest_; }  // the last arrival, of any
  // Of what arrived within `window` before the last arrival.
  int deliveredKbps(Nanos window) const;

  struct Loss {
    double share = 0;
    int packets = 0;  // that it is a share of
    // What it may be off by when it is drawn from a way that loses `share`: one standard deviation.
    double deviation(double share) const;
  };
  // Within a second, of what was sent after `from`. Longer runs than `longestRun` count with that length:
  // a second without any connection says nothing of a rate.
  Loss loss(Nanos from, int longestRun) const;

 private:
  struct Packet {
    std::int64_t seq;
    Nanos sent, received;
    int bytes;
    bool lost;
  };
  std::int64_t unwrap(std::uint16_t seq) const;

  std::deque<Packet> packets_;  // in the order of sending
  Nanos newest_{Nanos::min()};
};

}  // namespace tessera
