// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

namespace tessera::mix {

// A participant's place in the sum. Joining and leaving take one tick each, in which the sound is ramped.
enum class Seat { out, joining, in, leaving };
inline bool seated(Seat seat) {
  return seat != Seat::out;
}

// What the selection looks at, and what it keeps, of one input.
struct Candidate {
  bool wants = false;    // heard, not muted, not removed
  bool loudNow = false;  // in this very tick, not only a moment ago
  float levelDb = 0;     // smoothed
  Seat seat = Seat::out;
  int ticksSeated = 0;
  int ticksQuiet = 0;        // seated, but not loud
  int ticksChallenging = 0;  // louder than the weakest of a full sum
};

// Chooses who is summed. Free seats are taken at once; somebody who is louder takes the seat of one who went
// quiet at once, and of one who talks only after being clearly louder for a while, so that nobody flaps.
// Everybody seated (also while leaving) has a personal mix, hence never more than maxTalkers are.
class TalkerSelection {
 public:
  explicit TalkerSelection(int maxTalkers) : maxTalkers_(maxTalkers) {}

  // Once per tick, before summing: moves seats on and chooses.
  void update(const std::vector<Candidate*>& candidates);

 private:
  void settle(const std::vector<Candidate*>& candidates);
  void challenge(Candidate& challenger, const std::vector<Candidate*>& candidates);

  const int maxTalkers_;
  std::vector<Candidate*> waiting_;  // scratch
};

}  // namespace tessera::mix
