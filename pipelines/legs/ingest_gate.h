// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>

#include "room/media_room.h"

namespace tessera {

// What is taken of a sender's picture, by what it was asked for: nothing, when that was asked for, and else
// no more for long than a client could mean well. A browser overshoots, and goes on for some seconds after it
// was asked for less; 2.5 Mbit/s is what one sends that was never asked (720p). So the limit is twice what is
// asked for and kMoreKbps, at least kFreeKbps, with a burst of two seconds of it. Beyond it all is dropped
// until half the burst is there again: the depayloader then waits for a keyframe, and asks for one.
class IngestGate {
 public:
  using Nanos = std::chrono::nanoseconds;
  static constexpr int kMoreKbps = 500;
  static constexpr int kFreeKbps = 3000;
  static constexpr int kFreeScreenKbps = 6000;  // text in 4K begins with a keyframe of half a megabyte
  static constexpr Nanos kBurst = std::chrono::seconds(2);
  static constexpr Nanos kTellEvery = std::chrono::seconds(10);

  // Any thread. Until it was called, everything is taken. True: the picture is wanted again.
  bool set(const Ingest& asked, bool screen) {
    const int free = screen ? kFreeScreenKbps : kFreeKbps;
    const int limit = asked.width <= 0 ? 0 : std::max(free, 2 * asked.kbps + kMoreKbps);
    return limitKbps_.exchange(limit) == 0 && limit > 0;
  }
  int limitKbps() const { return limitKbps_; }

  struct Verdict {
    bool take = false;
    bool tell = false;  // the sender, that it sends too much
  };
  // Of the next packet; one thread at a time.
  Verdict onPacket(std::size_t bytes, Nanos now) {
    const int limit = limitKbps_;
    if (limit == kUnlimited) return {true, false};
    if (limit == 0) return {};
    const double perNano = limit * 1e-6;  // bits
    const double most = static_cast<double>(kBurst.count()) * perNano;
    const double bits = 8.0 * static_cast<double>(bytes);
    saved_ = std::min(most, saved_ + static_cast<double>((now - last_).count()) * perNano);
    last_ = now;
    if (refusing_ && saved_ < most / 2) return {};
    refusing_ = saved_ < bits;
    if (!refusing_) {
      saved_ -= bits;
      return {true, false};
    }
    const bool tell = now - told_ >= kTellEvery;
    if (tell) told_ = now;
    return {false, tell};
  }

 private:
  static constexpr int kUnlimited = std::numeric_limits<int>::max();

  std::atomic<int> limitKbps_{kUnlimited};
  double saved_ = 0;  // bits
  Nanos last_{0};     // long ago: the burst is there
  Nanos told_ = -kTellEvery;
  bool refusing_ = false;
};

}  // namespace tessera
