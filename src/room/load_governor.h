// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

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
  // What was lost of half a second.
  struct Window {
    std::uint64_t due = 0, lost = 0;  // canvas ticks: made and skipped; skipped and not encoded
    std::uint64_t gaps = 0;           // audio ticks that were missed
    bool good() const;
    bool bad() const;
  };
  void conclude(const Window& window, Clock::time_point now);
  bool overloaded() const;
  void degrade(Clock::time_point now);
  void recover(Clock::time_point now);

  Degradation level_ = Degradation::none;
  std::optional<Sample> windowBegin_;
  Clock::time_point windowBegan_{};
  std::deque<Window> windows_;  // the last ones
  Clock::duration calm_{0};     // of good windows since the last change
  Clock::duration patience_ = kFirstPatience;
  Clock::time_point changed_{};
  bool recovered_ = false;  // the last change was a recovery

  static constexpr std::chrono::seconds kFirstPatience{10};
};

// The canvas of a room at a level: half the rate from `rate` on, and two thirds of each side (even) from
// `size` on.
CanvasSettings degraded(const CanvasSettings& canvas, Degradation level);

}  // namespace tessera
