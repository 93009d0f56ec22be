// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

namespace tessera {

// What became of one packet that we sent, by transport-wide congestion control feedback
// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
struct PacketFeedback {
  std::chrono::nanoseconds sent{0};      // our clock
  std::chrono::nanoseconds received{0};  // the receiver's clock, of any epoch; not with `lost`
  int bytes = 0;
  bool lost = false;
};

// What is known of the way to a receiver.
struct NetworkReport {
  std::optional<int> kbps;           // what it carries in all; nothing: more than is sent, as far as is known
  int deliveredKbps = 0;             // of all media, lately
  double loss = 0;                   // share of the packets, lately, 0 to 1
  bool congested = false;            // a queue is growing, or packets are lost to one that is full
  std::chrono::milliseconds rtt{0};  // 0: unknown
  bool feedback = false;             // anything has been heard lately
};

// Estimates what the way to one receiver carries: the trend of the one-way delay and the loss, from
// transport-cc feedback; by the loss of receiver reports (RFC 3550, 6.4) while there is no such feedback.
// What is sent limits what can be seen: it never says that more would pass. Pure, one thread; `now` is
// CLOCK_MONOTONIC.
class BandwidthEstimator {
 public:
  using Nanos = std::chrono::nanoseconds;

  void onFeedback(std::span<const PacketFeedback> packets, Nanos now);  // in the order of sending
  void onReceiverReport(double loss, std::chrono::milliseconds rtt, Nanos now);
  NetworkReport report(Nanos now) const;

 private:
  NetworkReport last_;
  Nanos heard_{0};
};

}  // namespace tessera
