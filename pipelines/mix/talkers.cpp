// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/talkers.h"

#include <algorithm>

namespace tessera::mix {
namespace {

constexpr int kQuietTicks = 5;       // 100 ms after which a seat may be taken at once
constexpr int kMinSeatedTicks = 25;  // 500 ms that a talking one keeps the seat in any case
constexpr int kChallengeTicks = 10;  // 200 ms
constexpr float kLouderDb = 6;

bool weaker(const Candidate* a, const Candidate* b) {
  const bool quietA = a->ticksQuiet >= kQuietTicks;
  const bool quietB = b->ticksQuiet >= kQuietTicks;
  return quietA != quietB ? quietA : a->levelDb < b->levelDb;
}

}  // namespace

// The ramps of the last tick are over; who wants no more begins to leave.
void TalkerSelection::settle(const std::vector<Candidate*>& candidates) {
  for (Candidate* one : candidates) {
    if (one->seat == Seat::joining) one->seat = Seat::in;
    if (one->seat == Seat::leaving) one->seat = Seat::out;
    if (one->seat == Seat::in && !one->wants) one->seat = Seat::leaving;
    one->ticksSeated = seated(one->seat) ? one->ticksSeated + 1 : 0;
    one->ticksQuiet = one->loudNow ? 0 : one->ticksQuiet + 1;
  }
}

void TalkerSelection::update(const std::vector<Candidate*>& candidates) {
  settle(candidates);
  waiting_.clear();
  int taken = 0;
  for (Candidate* one : candidates) {
    if (seated(one->seat)) {
      ++taken;
    } else if (one->wants && one->loudNow) {
      waiting_.push_back(one);
    } else {
      one->ticksChallenging = 0;
    }
  }
  std::ranges::sort(waiting_, [](const Candidate* a, const Candidate* b) { return a->levelDb > b->levelDb; });
  bool challenged = false;
  for (Candidate* one : waiting_) {
    if (taken < maxTalkers_) {
      one->seat = Seat::joining;
      one->ticksChallenging = 0;
      ++taken;
    } else if (!challenged) {
      challenge(*one, candidates);  // the loudest one only: a seat a tick
      challenged = true;
    } else {
      one->ticksChallenging = 0;
    }
  }
}

// The weakest one leaves in this tick; its seat is free in the next.
void TalkerSelection::challenge(Candidate& challenger, const std::vector<Candidate*>& candidates) {
  Candidate* weakest = nullptr;
  for (Candidate* one : candidates) {
    if (one->seat == Seat::leaving) return;  // a seat is becoming free already
    if (one->seat == Seat::in && (!weakest || weaker(one, weakest))) weakest = one;
  }
  if (!weakest) return;
  const bool gone = weakest->ticksQuiet >= kQuietTicks;
  const bool louder = challenger.levelDb > weakest->levelDb + kLouderDb;
  challenger.ticksChallenging = louder ? challenger.ticksChallenging + 1 : 0;
  const bool beaten =
      challenger.ticksChallenging >= kChallengeTicks && weakest->ticksSeated >= kMinSeatedTicks;
  if (gone || beaten) weakest->seat = Seat::leaving;
}

}  // namespace tessera::mix
