// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/tick_phase.h"

#include <gtest/gtest.h>

namespace tessera::mix {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kInterval = 33333333ns;

Nanos phaseOf(Nanos time) {
  return time % kInterval;
}

// Runs the tick beside arrivals; returns the time from the last arrival to the last tick.
Nanos settle(TickPhase& phase, Nanos firstArrival, Nanos arrivalInterval, int ticks) {
  Nanos tick = 100 * kInterval;
  Nanos arrival = firstArrival;
  Nanos last{0};
  for (int i = 0; i < ticks; ++i) {
    for (; arrival <= tick; arrival += arrivalInterval) {
      phase.observe(arrival);
      last = arrival;
    }
    const Nanos next = phase.next(tick);
    EXPECT_GE(next - tick, kInterval - TickPhase::kMaxMove);
    EXPECT_LE(next - tick, kInterval + TickPhase::kMaxMove);
    tick = next;
  }
  for (; arrival <= tick; arrival += arrivalInterval) last = arrival;
  return tick - last;
}

TEST(TickPhase, ComesJustAfterTheArrivals) {
  for (const Nanos start : {1ms, 9ms, 17ms, 25ms, 33ms}) {
    TickPhase phase(kInterval);
    const Nanos after = settle(phase, 90 * kInterval + start, kInterval, 120);
    EXPECT_GE(after, 1500us) << start.count();
    EXPECT_LE(after, 3500us) << start.count();
  }
}

TEST(TickPhase, FollowsASlightlyOtherClock) {
  TickPhase phase(kInterval);
  const Nanos after = settle(phase, 90 * kInterval + 20ms, kInterval + 3us, 900);  // 90 ppm slow
  EXPECT_GE(after, 1ms);
  EXPECT_LE(after, 5ms);
}

TEST(TickPhase, FollowsHalfTheRate) {
  TickPhase phase(kInterval);
  const Nanos after = settle(phase, 90 * kInterval + 11ms, 2 * kInterval, 200);
  EXPECT_LE(phaseOf(after), 4ms);
}

TEST(TickPhase, StartsAnewWithAnotherInterval) {
  TickPhase phase(kInterval);
  settle(phase, 90 * kInterval + 11ms, kInterval, 60);
  phase.setInterval(2 * kInterval);
  EXPECT_LT(phase.wantedOffset(), 0ns);
  EXPECT_EQ(phase.next(5s), 5s + 2 * kInterval);
  for (int i = 0; i < 40; ++i) phase.observe(i * 2 * kInterval + 50ms);
  EXPECT_NEAR(static_cast<double>(phase.wantedOffset().count()) / 1e6, 52.5, 0.5);
}

TEST(TickPhase, StaysWhereItIsWithoutACommonPhase) {
  TickPhase idle(kInterval);
  EXPECT_LT(idle.wantedOffset(), 0ns);
  EXPECT_EQ(idle.next(5s), 5s + kInterval);
  TickPhase spread(kInterval);
  for (int i = 0; i < 300; ++i) spread.observe(i * 41666667ns);  // 24 fps
  EXPECT_LT(spread.wantedOffset(), 0ns);
}

TEST(TickPhase, LeavesRoomForJitter) {
  TickPhase steady(kInterval), jittery(kInterval);
  for (int i = 0; i < 200; ++i) {
    steady.observe(i * kInterval + 10ms);
    jittery.observe(i * kInterval + 10ms + Nanos(1ms) * (i * 7 % 9 - 4));
  }
  EXPECT_NEAR(static_cast<double>(steady.wantedOffset().count()) / 1e6, 12.5, 0.5);
  EXPECT_GE(jittery.wantedOffset(), 14ms);
  EXPECT_LE(jittery.wantedOffset(), 18ms);
  steady.reset();
  EXPECT_LT(steady.wantedOffset(), 0ns);
}

}  // namespace
}  // namespace tessera::mix
