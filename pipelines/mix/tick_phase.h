// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <complex>
#include <mutex>

#include "pipelines/mix/video_frame.h"

namespace tessera::mix {

// Moves the canvas tick to just after the frames that matter most (the speaker's), which saves half a frame
// of delay on average. Observe the time at which a frame could first be shown: max(arrived, captured + D).
// When these times have no common phase (another frame rate, nobody sends) the tick stays where it is. Any
// thread. Only the times given to it matter.
class TickPhase {
 public:
  static constexpr Nanos kMargin = std::chrono::microseconds(2500);  // from the arrival to the tick
  static constexpr Nanos kMaxMove = std::chrono::milliseconds(1);    // per tick

  explicit TickPhase(Nanos interval) : interval_(interval) {}

  void observe(Nanos showable);
  void reset();                      // the main input changed
  void setInterval(Nanos interval);  // another canvas rate; forgets what it observed
  // Where in the interval the tick should fall, from 0 to the interval; negative: anywhere will do.
  Nanos wantedOffset() const;
  // The tick after `previous`: one interval later, moved by at most kMaxMove.
  Nanos next(Nanos previous) const;

 private:
  Nanos wantedLocked() const;

  mutable std::mutex mutex_;
  Nanos interval_;
  std::complex<double> mean_{0, 0};  // of the arrivals as angles; its length says how much they agree
  int observed_ = 0;
};

}  // namespace tessera::mix
