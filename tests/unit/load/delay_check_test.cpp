// SPDX-License-Identifier: Apache-2.0
#include "load/delay_check.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace tessera::load {
namespace {

using std::chrono::milliseconds;

constexpr int kWidth = 640, kHeight = 360;

// An I420 picture of one grey with a time code.
std::vector<std::uint8_t> sourceWith(unsigned number) {
  std::vector<std::uint8_t> picture(kWidth * kHeight * 3 / 2, 90);
  paintTimeCode(picture, kWidth, kHeight, number);
  return picture;
}

struct Mix {
  int width = 1280, height = 720;
  std::vector<std::uint8_t> luma = std::vector<std::uint8_t>(1280 * 720, 16);

  // By the nearest pixel, with an error of up to `noise` on each.
  void place(const std::vector<std::uint8_t>& source, const Placement& at, int noise = 0) {
    unsigned random = 1;
    for (int y = std::max(0, static_cast<int>(at.y)); y < std::min<double>(height, at.y + at.height); ++y) {
      for (int x = std::max(0, static_cast<int>(at.x)); x < std::min<double>(width, at.x + at.width); ++x) {
        const int fromX = static_cast<int>((x - at.x) / at.width * kWidth);
        const int fromY = static_cast<int>((y - at.y) / at.height * kHeight);
        if (fromX < 0 || fromY < 0 || fromX >= kWidth || fromY >= kHeight) continue;
        random = random * 1664525u + 1013904223u;
        const int error = noise > 0 ? static_cast<int>(random >> 16) % (2 * noise + 1) - noise : 0;
        luma[static_cast<std::size_t>(y * width + x)] = static_cast<std::uint8_t>(
            std::clamp(source[static_cast<std::size_t>(fromY * kWidth + fromX)] + error, 0, 255));
      }
    }
  }
  LumaPlane plane() const { return {luma, width, height, width}; }
};

TEST(TimeCodeTest, EveryNumberIsReadFromASmallNoisyTile) {
  const Placement tile{313, 181, 160, 90};
  for (unsigned number = 0; number < kTimeCodes; ++number) {
    Mix mix;
    mix.place(sourceWith(number), tile, 60);
    EXPECT_EQ(readTimeCode(mix.plane(), tile), number);
  }
}

TEST(TimeCodeTest, WhatIsNoneIsNotReadAsOne) {
  Mix mix;
  EXPECT_FALSE(readTimeCode(mix.plane(), {0, 0, 640, 360})) << "a blank canvas";
  mix.place(std::vector<std::uint8_t>(kWidth * kHeight, 200), {0, 0, 640, 360});
  EXPECT_FALSE(readTimeCode(mix.plane(), {0, 0, 640, 360})) << "a white tile";
  mix.place(sourceWith(5), {0, 0, 640, 360});
  EXPECT_FALSE(readTimeCode(mix.plane(), {-400, 0, 640, 360})) << "cells outside the picture";
  EXPECT_FALSE(readTimeCode(mix.plane(), {640, 360, 640, 360})) << "another tile";
}

TEST(TimeCodeTest, ATileCropsAFifthAtMost) {
  EXPECT_EQ(placeInTile(640, 360, 10, 20, 320, 180), (Placement{10, 20, 320, 180}));
  const Placement cropped = placeInTile(640, 360, 0, 0, 160, 100);
  EXPECT_NEAR(cropped.x, -8.89, 0.01);
  EXPECT_DOUBLE_EQ(cropped.height, 100);
  const Placement letterboxed = placeInTile(640, 360, 0, 0, 180, 180);
  EXPECT_DOUBLE_EQ(letterboxed.width, 180);
  EXPECT_DOUBLE_EQ(letterboxed.y, (180 - 101.25) / 2);
}

class DelayCheckTest : public testing::Test {
 protected:
  TimePoint at(int ms) const { return start_ + milliseconds(ms); }
  void show(unsigned number, int ms) {
    Mix mix;
    mix.place(sourceWith(number), kPlace);
    check_.onFrame(mix.plane(), at(ms), at(ms + 2));
  }
  static constexpr Placement kPlace{640, 0, 640, 360};
  const TimePoint start_{std::chrono::hours(1)};
  std::shared_ptr<SendLog> log_ = std::make_shared<SendLog>(kTimeCodes);
  DelayCheck check_;
};

TEST_F(DelayCheckTest, CountsFromTheSendingToTheFirstFrameThatShowsIt) {
  check_.setSources({{kPlace, log_}});
  check_.beginWindow(at(0));
  for (unsigned i = 0; i < 5; ++i) log_->sent(i, at(static_cast<int>(i) * 33));
  show(0, 10);
  show(1, 63);
  show(1, 96);
  show(3, 129);
  const DelayFigures figures = check_.figures();
  ASSERT_EQ(figures.series.size(), 2u)
      << "the first may have stood there for long, the second 1 shows nothing new";
  EXPECT_DOUBLE_EQ(figures.series[0].ms, 30);
  EXPECT_DOUBLE_EQ(figures.series[0].at.count(), 63);
  EXPECT_DOUBLE_EQ(figures.series[1].ms, 30);
  EXPECT_DOUBLE_EQ(figures.decodeMs, 2);
  EXPECT_EQ(figures.senders, 1);
  EXPECT_EQ(figures.unread, 0u);
}

TEST_F(DelayCheckTest, WhatWasSentLongAgoOrNeverIsNotTakenForIt) {
  check_.setSources({{kPlace, log_}});
  check_.beginWindow(at(0));
  log_->sent(1, at(0));
  show(0, 4000);
  show(1, 4100);
  show(2, 4200);
  EXPECT_TRUE(check_.figures().series.empty());
  EXPECT_EQ(check_.figures().unread, 2u);
}

TEST_F(DelayCheckTest, ATileThatMovedBeginsAnew) {
  check_.setSources({{{0, 0, 640, 360}, log_}});
  check_.beginWindow(at(0));
  log_->sent(7, at(5));
  show(7, 20);
  EXPECT_EQ(check_.figures().unread, 1u) << "it is looked for where the server says it is";
  check_.setSources({{kPlace, log_}});
  show(7, 40);
  EXPECT_TRUE(check_.figures().series.empty());
}

}  // namespace
}  // namespace tessera::load
