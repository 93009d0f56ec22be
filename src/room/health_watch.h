// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "room/media_room.h"

namespace tessera {

// Tells when a room process hangs: its heartbeats stop, or they come but a mixer's tick counter does not
// move while the room has peers. Pure: the clock is given.
class HealthWatch {
 public:
  using Clock = std::chrono::steady_clock;
  struct Limits {
    std::chrono::milliseconds silence{1'500};   // between heartbeats, and between two moves of a counter
    std::chrono::milliseconds start{10'000};    // until the first heartbeat
    std::chrono::milliseconds checkEvery{250};  // how often overdue() is meant to be called
  };

  HealthWatch(Limits limits, Clock::time_point now);
  void onHeartbeat(const RoomHealth& health, Clock::time_point now);

  // Why the process counts as hung, if it does. A check that itself comes late (this process was stopped or
  // starved, and heartbeats wait unread) moves the deadlines instead of blaming the room.
  std::optional<std::string> overdue(Clock::time_point now);

 private:
  Limits limits_;
  Clock::time_point lastCheck_;
  Clock::time_point lastBeat_;
  Clock::time_point videoMoved_;
  Clock::time_point audioMoved_;
  std::optional<RoomHealth> last_;
};

}  // namespace tessera
