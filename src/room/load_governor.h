// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>

#include "room/media_room.h"

namespace tessera {

// When a room has not enough time, it degrades in this order (Degradation): canvas rate, canvas size, no
// further senders. It recovers in the reverse order, more slowly each time that recovering was too early.
// Pure; the times given are all it knows.
class LoadGovernor {
 public:
  using Clock = std::chrono::steady_clock;
  // Totals since the start.
  struct Sample {
    std::uint64_t videoTicks = 0;        // made
    std::uint64_t missedVideoTicks = 0;  // skipped: the tick thread came too late
    std::uint64_t droppedFrames = 0;     // replaced in an encoder's mailbox by a newer one
    std::uint64_t audioTicks = 0;
    std::uint64_t missedAudioTicks = 0;
  };

  // To be called every 250 ms or so.
  Degradation update(const Sample& sample, Clock::time_point now);
  Degradation level() const { return level_; }

 private:
  Degradation level_ = Degradation::none;
};

// The canvas of a room at a level: half the rate from `rate` on, and two thirds of each side (even) from
// `size` on.
CanvasSettings degraded(const CanvasSettings& canvas, Degradation level);

}  // namespace tessera
