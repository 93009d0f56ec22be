// SPDX-License-Identifier: Apache-2.0
#include "room/load_governor.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tessera {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kEvery{250};

// What is lost of each second, in ticks, of a room of 30 frames and 50 audio ticks.
struct Loss {
  int video = 0, dropped = 0, audio = 0;
};

class LoadGovernorTest : public testing::Test {
 protected:
  LoadGovernor governor;
  LoadGovernor::Clock::time_point now{seconds(1000)};

  Degradation run(milliseconds duration, const Loss& loss = {}) {
    for (const auto end = now + duration; now < end;) step(loss);
    return governor.level();
  }
  // Seconds until the level is reached; more than `limit` when it is not.
  double until(Degradation level, const Loss& loss, seconds limit = seconds(1000)) {
    const auto begin = now;
    while (governor.level() != level && now - begin <= limit) step(loss);
    return std::chrono::duration<double>(now - begin).count();
  }

 private:
  // Ticks in quarters, so that each step takes its part of a second.
  void step(const Loss& loss) {
    now += kEvery;
    video_ += 30 - loss.video;
    missed_ += loss.video;
    dropped_ += loss.dropped;
    audio_ += 50 - loss.audio;
    gaps_ += loss.audio;
    const auto whole = [](int quarters) { return static_cast<std::uint64_t>(quarters / 4); };
    governor.update({whole(video_), whole(missed_), whole(dropped_), whole(audio_), whole(gaps_)}, now);
  }
  int video_ = 0, missed_ = 0, dropped_ = 0, audio_ = 0, gaps_ = 0;
};

TEST_F(LoadGovernorTest, NothingIsLost) {
  EXPECT_EQ(run(seconds(600)), Degradation::none);
}

TEST_F(LoadGovernorTest, ALittleIsNoOverload) {
  EXPECT_EQ(run(seconds(600), {.video = 1}), Degradation::none);
  EXPECT_EQ(run(seconds(600), {.dropped = 2}), Degradation::none);
  EXPECT_EQ(run(seconds(600), {.audio = 1}), Degradation::none);
}

TEST_F(LoadGovernorTest, OverloadIsSeenWithinTwoSeconds) {
  for (const Loss& loss :
       {Loss{.video = 6}, {.dropped = 6}, {.video = 3, .dropped = 3}, {.audio = 6}, {.video = 25}}) {
    governor = {};
    run(seconds(20));
    EXPECT_LE(until(Degradation::rate, loss), 2) << loss.video << " " << loss.dropped << " " << loss.audio;
  }
}

TEST_F(LoadGovernorTest, GoesDownInOrderAndNoFurther) {
  const Loss loss{.video = 20};
  EXPECT_LE(until(Degradation::rate, loss), 2);
  EXPECT_LE(until(Degradation::size, loss), 3.5);
  EXPECT_LE(until(Degradation::closed, loss), 3.5);
  EXPECT_EQ(run(seconds(60), loss), Degradation::closed);
}

TEST_F(LoadGovernorTest, SingleHiccupsAreNone) {
  for (int i = 0; i < 50; ++i) {
    run(milliseconds(500), {.video = 30, .audio = 50});  // everything stood still
    EXPECT_EQ(run(seconds(5)), Degradation::none) << i;
  }
}

TEST_F(LoadGovernorTest, TheTroubleOfChangingIsNotCounted) {
  until(Degradation::rate, {.video = 10});
  EXPECT_EQ(run(seconds(1), {.video = 30, .dropped = 30}), Degradation::rate);
  EXPECT_EQ(run(seconds(5)), Degradation::rate);
}

TEST_F(LoadGovernorTest, RecoversStepByStep) {
  until(Degradation::closed, {.video = 20});
  const double first = until(Degradation::size, {});
  EXPECT_GE(first, 10);
  EXPECT_LE(first, 12);
  EXPECT_GE(until(Degradation::rate, {}), 10);
  EXPECT_GE(until(Degradation::none, {}), 10);
}

TEST_F(LoadGovernorTest, StaysWhereItIsJustEnough) {
  until(Degradation::rate, {.video = 10});
  EXPECT_EQ(run(seconds(600), {.video = 2}), Degradation::rate) << "neither better nor worse";
}

// The load is such that the full rate is too much.
TEST_F(LoadGovernorTest, EachRecoveryThatWasTooEarlyMakesItMorePatient) {
  double last = 0;
  for (int i = 0; i < 8; ++i) {
    until(Degradation::rate, {.video = 10});
    const double patience = until(Degradation::none, {});
    EXPECT_GE(patience, std::min(1.8 * last, 310.0)) << i;
    last = patience;
  }
  EXPECT_LE(last, 325) << "but not for ever";
}

TEST_F(LoadGovernorTest, PatienceComesBackAfterQuiet) {
  for (int i = 0; i < 4; ++i) {
    until(Degradation::rate, {.video = 10});
    until(Degradation::none, {});
  }
  run(seconds(1000));
  until(Degradation::rate, {.video = 10});
  EXPECT_LE(until(Degradation::none, {}), 12);
}

TEST_F(LoadGovernorTest, HiccupsPutOffTheRecovery) {
  until(Degradation::rate, {.video = 10});
  run(seconds(9));
  run(milliseconds(500), {.video = 30});
  EXPECT_EQ(run(seconds(2)), Degradation::rate);
  EXPECT_LE(until(Degradation::none, {}), 5) << "by little";
}

TEST_F(LoadGovernorTest, SlowCanvasesHaveFewTicks) {
  LoadGovernor slow;
  LoadGovernor::Sample sample;
  const auto second = [&](std::uint64_t made, std::uint64_t missed) {
    for (int i = 0; i < 2; ++i) {
      now += milliseconds(500);
      sample.videoTicks += made;
      sample.missedVideoTicks += missed;
      slow.update(sample, now);
    }
  };
  for (int i = 0; i < 5; ++i) second(4, 0);
  EXPECT_EQ(slow.level(), Degradation::none);
  second(3, 1);
  second(3, 1);
  EXPECT_EQ(slow.level(), Degradation::rate) << "one of four each time";
}

TEST_F(LoadGovernorTest, RestingMixersAreNoOverload) {
  LoadGovernor resting;
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(resting.update({5, 0, 0, 7, 0}, now += kEvery), Degradation::none);
}

TEST(Degraded, Table) {
  constexpr CanvasSettings kHd{1280, 720, 30};
  EXPECT_EQ(degraded(kHd, Degradation::none), kHd);
  EXPECT_EQ(degraded(kHd, Degradation::rate), (CanvasSettings{1280, 720, 15}));
  EXPECT_EQ(degraded(kHd, Degradation::size), (CanvasSettings{852, 480, 15}));
  EXPECT_EQ(degraded(kHd, Degradation::closed), (CanvasSettings{852, 480, 15}));
  EXPECT_EQ(degraded({640, 360, 15}, Degradation::size), (CanvasSettings{426, 240, 7}));
  EXPECT_EQ(degraded({720, 1280, 25}, Degradation::size), (CanvasSettings{480, 852, 12}));
  EXPECT_EQ(degraded({160, 120, 1}, Degradation::size), (CanvasSettings{106, 80, 1}));
}

}  // namespace
}  // namespace tessera
