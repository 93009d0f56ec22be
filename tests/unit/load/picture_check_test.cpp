// SPDX-License-Identifier: Apache-2.0
#include "load/picture_check.h"

#include <gtest/gtest.h>

#include "load/clip_picture.h"

namespace tessera::load {
namespace {

constexpr int kWidth = 320, kHeight = 180;

class PictureCheckTest : public testing::Test {
 protected:
  void show(double seconds) {
    picture_.draw(seconds, frame_);
    showSame();
  }
  void showSame() {
    check_.onFrame(std::span(frame_).first(kWidth * kHeight), kWidth, kHeight, kWidth, now_);
    now_ += std::chrono::milliseconds(40);
  }

  ClipPicture picture_{kWidth, kHeight};
  std::vector<std::uint8_t> frame_ = std::vector<std::uint8_t>(picture_.bytes());
  PictureCheck check_;
  TimePoint now_{std::chrono::seconds(9)};
};

TEST_F(PictureCheckTest, TheHardClipHasContrastAndMoves) {
  check_.beginWindow(now_);
  for (int i = 0; i < 25; ++i) show(i / 25.0);
  const PictureFigures figures = check_.figures(now_);
  EXPECT_EQ(figures.frames, 25u);
  EXPECT_GT(figures.lowestVariance, 5 * kBlankVariance);
  EXPECT_NEAR(figures.longestFreeze.count(), 40, 0.01);
}

TEST_F(PictureCheckTest, TellsAFrozenPicture) {
  check_.beginWindow(now_);
  show(0);
  for (int i = 0; i < 24; ++i) showSame();
  show(1);
  EXPECT_NEAR(check_.figures(now_).longestFreeze.count(), 1000, 0.01);
}

TEST_F(PictureCheckTest, TellsABlankPicture) {
  check_.beginWindow(now_);
  show(0);
  std::fill(frame_.begin(), frame_.end(), 40);
  showSame();
  EXPECT_LT(check_.figures(now_).lowestVariance, kBlankVariance);
}

TEST(ClipPictureTest, IsTheSameInEveryRun) {
  ClipPicture a(kWidth, kHeight), b(kWidth, kHeight);
  std::vector<std::uint8_t> first(a.bytes()), second(b.bytes());
  for (const double seconds : {0.0, 0.5, 3.0}) {
    a.draw(seconds, first);
    b.draw(seconds, second);
    EXPECT_EQ(first, second);
  }
}

}  // namespace
}  // namespace tessera::load
