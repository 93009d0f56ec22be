// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/steady_aspect.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

using namespace std::chrono_literals;

class SteadyAspectTest : public testing::Test {
 protected:
  // Whether the layout has to follow at once.
  bool comes(int width, int height) {
    aspect_.offer(static_cast<double>(width) / height);
    return aspect_.settle(now_);
  }

  SteadyAspect aspect_;
  SteadyAspect::Clock::time_point now_{1000s};
};

TEST_F(SteadyAspectTest, TheFirstIsTakenAtOnce) {
  EXPECT_FALSE(aspect_.settle(now_));
  EXPECT_TRUE(comes(640, 360));
  EXPECT_DOUBLE_EQ(aspect_.value(), 640.0 / 360);
  EXPECT_FALSE(aspect_.due());
}

TEST_F(SteadyAspectTest, AnotherSizeIsNoOtherShape) {
  ASSERT_TRUE(comes(1280, 720));
  now_ += 10s;
  EXPECT_FALSE(comes(319, 180));
  EXPECT_FALSE(aspect_.due());
}

TEST_F(SteadyAspectTest, AChangeAfterALongTimeIsTakenAtOnce) {
  ASSERT_TRUE(comes(1280, 720));
  now_ += SteadyAspect::kMinInterval;
  EXPECT_TRUE(comes(360, 640));
}

TEST_F(SteadyAspectTest, OfThoseThatComeSoonTheLastCounts) {
  ASSERT_TRUE(comes(1280, 720));
  const auto due = now_ + SteadyAspect::kMinInterval;
  now_ += 100ms;
  EXPECT_FALSE(comes(360, 640));
  EXPECT_FALSE(comes(400, 400));
  ASSERT_EQ(aspect_.due(), due);
  now_ = due - 1ms;
  EXPECT_FALSE(aspect_.settle(now_));
  now_ = due;
  EXPECT_TRUE(aspect_.settle(now_));
  EXPECT_DOUBLE_EQ(aspect_.value(), 1);
  EXPECT_FALSE(aspect_.due());
}

TEST_F(SteadyAspectTest, WhatComesBackSoonWasNoChange) {
  ASSERT_TRUE(comes(1280, 720));
  EXPECT_FALSE(comes(360, 640));
  EXPECT_FALSE(comes(1280, 720));
  EXPECT_FALSE(aspect_.due());
  now_ += 10s;
  EXPECT_FALSE(aspect_.settle(now_));
}

TEST_F(SteadyAspectTest, WhoAlternatesIsFollowedOnceASecond) {
  int changes = 0;
  for (int frame = 0; frame < 300; ++frame, now_ += 33ms) changes += comes(frame % 2 ? 16 : 64, 64) ? 1 : 0;
  EXPECT_GT(changes, 1);
  EXPECT_LE(changes, 10);  // in 9.9 s
}

}  // namespace
}  // namespace tessera
