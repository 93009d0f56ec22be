// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>

namespace tessera {

// Whether a queue grows on the way to a receiver: the trend of the one-way delay, with an adaptive threshold,
// after draft-ietf-rmcat-gcc-02. It departs from the draft where jitter would be taken for a queue: packets
// are grouped over 50 ms instead of 5 and each group counts with its quickest packet, and growth counts only
// while even the quickest of the last groups are late against the quickest of the last 20 s. Pure.
class DelayTrend {
 public:
  using Nanos = std::chrono::nanoseconds;
  static constexpr Nanos kGroup = std::chrono::milliseconds(50);  // at least, and of some packets

  // In the order of sending; the receiver's clock may be of any epoch. False when that changed, or the way
  // did beyond recognition: all begins anew.
  bool add(Nanos sent, Nanos received);
  void reset();

  bool growing() const { return over_ >= 2; }
  // A queue that neither grows nor shrinks but has been long for a second.
  bool standing() const { return standing_; }
  // How long what arrives now was held back: the least delay of the last groups above that of 20 s.
  Nanos queue() const;
  // When, by the receiver's clock, the queue began that there is now; nothing: there is none.
  std::optional<Nanos> queuedSince() const { return queuedSince_; }

 private:
  struct Group {
    Nanos began, least, arrived;
    int packets;
  };
  void close();
  double growthMs(std::size_t window, bool withoutStep) const;
  Nanos heldBack() const;
  Nanos leastOf(std::size_t groups) const;
  Nanos base() const;
  void adaptThreshold(double growth);
  void watchStanding(double growth);

  std::deque<Group> groups_;  // the last one is open
  std::deque<Group> bases_;   // least delays, of 2 s each
  Nanos last_{0};             // delay
  double jitterMs_ = 0;       // mean difference of two delays in a row
  double thresholdMs_ = 20;
  int over_ = 0;  // groups in a row
  std::optional<Nanos> queuedSince_;
  bool standing_ = false;
};

}  // namespace tessera
