// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <span>

#include "room/delay_trend.h"
#include "room/packet_history.h"

namespace tessera {

// What is known of the way to a receiver without a look at its packets.
struct NetworkState {
  bool congested = false;
  std::chrono::milliseconds rtt{0};
};

// What is known of the way to a receiver.
struct NetworkReport {
  std::optional<int> kbps;           // what it carries in all; nothing: more than is sent, as far as is known
  int deliveredKbps = 0;             // of all media, lately
  double loss = 0;                   // share of the packets, lately, 0 to 1
  bool congested = false;            // a queue is growing, or packets are lost to one that is full
  std::chrono::milliseconds rtt{0};  // 0: unknown
  // Anything has been heard lately. Congested without feedback: the way is interrupted.
  bool feedback = false;
  // Receiver reports so far, where they are all there is: news comes only every few seconds. Nothing: it
  // comes all the time.
  std::optional<int> reports;
};

// Estimates what the way to one receiver carries: the trend of the one-way delay and the loss, from
// transport-cc feedback; by the loss of receiver reports (RFC 3550, 6.4) while there is no such feedback.
// What is sent limits what can be seen: it never says that more would pass.
//
// Loss counts as congestion only when it is significantly more than 12 %, whatever the delay: radio links
// lose packets at any rate, and sending less would not help; another route may be longer and worse at once.
// What a full queue loses is not missed: the queue has been seen to grow before. A policer, which has none,
// is seen by its loss.
//
// Pure, one thread; `now` is CLOCK_MONOTONIC.
class BandwidthEstimator {
 public:
  using Nanos = std::chrono::nanoseconds;

  void onFeedback(std::span<const PacketFeedback> packets, Nanos now);  // in the order of sending
  void onReceiverReport(double loss, std::chrono::milliseconds rtt, Nanos now);
  NetworkReport report(Nanos now) const;
  NetworkState state(Nanos now) const;  // what the report says of it, for a fraction of the time

 private:
  std::chrono::milliseconds usualRtt(Nanos now);
  void take(std::span<const PacketFeedback> packets);
  bool lossy() const;
  void onCongested(Nanos now);
  void onClear(Nanos now, Nanos passed);
  bool interrupted(Nanos now) const;
  bool hears(Nanos now) const;

  PacketHistory history_;
  DelayTrend trend_;
  std::optional<Nanos> heard_;    // feedback
  Nanos lossFrom_{Nanos::min()};  // what was sent before says nothing: the way was interrupted

  bool congested_ = false;
  double limitKbps_ = 0;      // 0: none known
  std::optional<Nanos> cut_;  // when it was measured last
  bool rough_ = false;
  Nanos congestedAt_{0};
  Nanos hold_{0};        // how long it is believed
  bool probed_ = false;  // it has been raised since it was measured

  std::optional<Nanos> reported_;  // by receiver reports
  int reports_ = 0;
  double reportedLoss_ = 0;
  int lossyReports_ = 0;  // in a row
  std::chrono::milliseconds rtt_{0};
  // The least of this span of time and of the one before; 0: none.
  std::chrono::milliseconds leastRtt_{0}, formerRtt_{0};
  Nanos leastSince_{0};
};

}  // namespace tessera
