// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <deque>
#include <optional>
#include <set>
#include <vector>

#include "base/ids.h"

namespace tessera {

// Decides who is let back into the mix after the room's process died. After a first crash everybody, at
// once. After a second within `window` one at a time: the next when the one before has been connected for
// `stable` (or has not connected within `patience`), and the one after whose admission the process dies is
// barred. Those who were found harmless are not tried again. Pure: the clock is given.
class CrashGuard {
 public:
  using Clock = std::chrono::steady_clock;
  struct Limits {
    std::chrono::milliseconds window{30'000};
    std::chrono::milliseconds stable{2'000};
    std::chrono::milliseconds patience{10'000};
    int maxCrashes = 6;  // within the window and nobody to blame: the room itself is broken
  };
  struct Verdict {
    std::optional<ParticipantId> barred;
    std::vector<ParticipantId> admit;  // to be added to the new process now
    bool giveUp = false;
  };

  CrashGuard() = default;
  explicit CrashGuard(Limits limits) : limits_(limits) {}

  // `present`: everybody who has a place in the room, in the order of joining.
  Verdict onCrash(Clock::time_point now, const std::vector<ParticipantId>& present);

  // Somebody wants in: true when now, false when `due` will name them.
  bool admitsNow(const ParticipantId& id);
  void onConnected(const ParticipantId& id, Clock::time_point now);
  void onGone(const ParticipantId& id);

  // Who is to be added now. To be asked after each call above and a few times a second while probing().
  std::vector<ParticipantId> due(Clock::time_point now);
  bool probing() const { return probing_; }

 private:
  struct Trial {
    ParticipantId id;
    Clock::time_point admitted;
    std::optional<Clock::time_point> connected;
  };

  void recordCrash(Clock::time_point now);
  bool trialOver(Clock::time_point now) const;

  Limits limits_;
  std::deque<Clock::time_point> crashes_;  // within the window
  bool probing_ = false;
  std::optional<Trial> trial_;
  std::set<ParticipantId> harmless_;
  std::deque<ParticipantId> waiting_;
};

}  // namespace tessera
