// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/playout_delay.h"

#include <gtest/gtest.h>

namespace tessera::mix {
namespace {

using namespace std::chrono_literals;

class PlayoutDelayTest : public testing::Test {
 protected:
  void audio(Nanos lateness, Nanos length) {
    for (const Nanos end = now_ + length; now_ < end; now_ += 20ms)
      delay_->observeAudio(now_ - lateness, now_);
  }
  void video(Nanos lateness, Nanos length) {
    for (const Nanos end = now_ + length; now_ < end; now_ += 33ms)
      delay_->observeVideo(now_ - lateness, now_);
  }

  Nanos now_ = 500s;
  std::shared_ptr<PlayoutDelay> delay_ = PlayoutDelay::create();
};

TEST_F(PlayoutDelayTest, StartsAtNothingAndFollowsTheLateness) {
  EXPECT_EQ(delay_->value(), 0ms);
  audio(30ms, 1s);
  EXPECT_GE(delay_->value(), 30ms);
  EXPECT_LE(delay_->value(), 34ms);
}

TEST_F(PlayoutDelayTest, TheLaterMediumCounts) {
  audio(10ms, 1s);
  for (int i = 0; i < 60; ++i, now_ += 20ms) {
    delay_->observeAudio(now_ - 10ms, now_);
    delay_->observeVideo(now_ - 70ms, now_);
  }
  EXPECT_GE(delay_->value(), 70ms);
  EXPECT_LE(delay_->value(), 74ms);
}

TEST_F(PlayoutDelayTest, OneOrTwoLateOnesDoNotMoveItThreeDo) {
  audio(10ms, 8s);
  const Nanos before = delay_->value();
  audio(120ms, 40ms);  // two
  EXPECT_LE(delay_->value(), before + 4ms);
  audio(120ms, 20ms);
  EXPECT_GE(delay_->value(), 120ms);
}

TEST_F(PlayoutDelayTest, ShrinksWithinFiveToTwelveSeconds) {
  audio(10ms, 5s);
  audio(150ms, 1s);
  ASSERT_GE(delay_->value(), 150ms);
  audio(10ms, 2s);
  EXPECT_GE(delay_->value(), 60ms) << "not at once";
  audio(10ms, 10s);
  EXPECT_LE(delay_->value(), 20ms);
}

TEST_F(PlayoutDelayTest, NeverMoreThanTheLimitNeverLessThanNothing) {
  audio(5s, 2s);
  EXPECT_EQ(delay_->value(), PlayoutDelay::kMax);
  const auto early = PlayoutDelay::create();
  for (int i = 0; i < 50; ++i, now_ += 33ms) early->observeVideo(now_ + 1s, now_);
  EXPECT_LE(early->value(), 2ms);
}

// The camera is switched off while it was late: its lateness is forgotten.
TEST_F(PlayoutDelayTest, AMediumThatEndedIsForgotten) {
  video(120ms, 2s);
  ASSERT_GE(delay_->value(), 120ms);
  audio(8ms, 14s);
  EXPECT_LE(delay_->value(), 12ms);
}

TEST_F(PlayoutDelayTest, CoversAJitteryStreamButNotItsWorst) {
  // 0 to 40 ms evenly, and one in 200 at 180 ms.
  for (int i = 0; i < 1000; ++i, now_ += 20ms) {
    delay_->observeAudio(now_ - (i % 200 == 7 ? Nanos(180ms) : Nanos(1ms) * (i * 7 % 41)), now_);
  }
  EXPECT_GE(delay_->value(), 38ms);
  EXPECT_LE(delay_->value(), 60ms);
}

}  // namespace
}  // namespace tessera::mix
