// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/fit.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "frames.h"

namespace tessera::mix {
namespace {

using test::solid;

struct FitCase {
  int width, height;
  TileShape tile;
  Rect crop, dest;
};

TEST(Fit, PlacesByTable) {
  const FitCase cases[] = {
      // The same shape: nothing is cropped, whatever the size.
      {640, 360, {640, 360}, {0, 0, 640, 360}, {0, 0, 640, 360}},
      {640, 360, {320, 180}, {0, 0, 640, 360}, {0, 0, 320, 180}},
      {640, 360, {426, 240}, {0, 0, 640, 360}, {0, 0, 426, 240}},
      // A fifth at most may be cropped away: here the middle is kept.
      {640, 360, {320, 216}, {52, 0, 534, 360}, {0, 0, 320, 216}},
      {360, 640, {288, 432}, {0, 50, 360, 540}, {0, 0, 288, 432}},
      // More than that, and all of it is shown.
      {640, 360, {320, 240}, {0, 0, 640, 360}, {0, 30, 320, 180}},
      {640, 480, {320, 180}, {0, 0, 640, 480}, {40, 0, 240, 180}},
      {640, 360, {640, 720}, {0, 0, 640, 360}, {0, 180, 640, 360}},
      {360, 640, {320, 180}, {0, 0, 360, 640}, {108, 0, 102, 180}},
      {640, 360, {360, 640}, {0, 0, 640, 360}, {0, 218, 360, 202}},
      // Near a scale that is quick the picture is zoomed into a little, but smart hides a fifth at most, a
      // moving tile does not step, and letterboxing never crops.
      {640, 360, {310, 170}, {10, 10, 620, 340}, {0, 0, 310, 170}},
      {640, 360, {636, 356}, {2, 2, 636, 356}, {0, 0, 636, 356}},
      {640, 360, {254, 176, Fit::fill}, {66, 4, 508, 352}, {0, 0, 254, 176}},
      {640, 360, {254, 176}, {60, 0, 520, 360}, {0, 0, 254, 176}},
      {640, 360, {310, 170, Fit::fill, false, true}, {0, 4, 640, 350}, {0, 0, 310, 170}},
      {640, 360, {310, 170, Fit::fit}, {0, 0, 640, 360}, {4, 0, 302, 170}},
      // Sharp: whole, by whole factors, or smaller.
      {320, 180, {640, 480, Fit::fill, true}, {0, 0, 320, 180}, {0, 60, 640, 360}},
      {500, 180, {640, 480, Fit::fill, true}, {0, 0, 500, 180}, {70, 150, 500, 180}},
      {800, 180, {640, 480, Fit::fill, true}, {0, 0, 800, 180}, {0, 168, 640, 144}},
      // Odd sizes lose a line.
      {321, 181, {160, 90}, {0, 0, 320, 180}, {0, 0, 160, 90}},
      // As asked.
      {360, 640, {320, 180, Fit::fill}, {0, 218, 360, 202}, {0, 0, 320, 180}},
      {640, 480, {320, 180, Fit::fill}, {0, 60, 640, 360}, {0, 0, 320, 180}},
      {640, 360, {320, 216, Fit::fit}, {0, 0, 640, 360}, {0, 18, 320, 180}},
  };
  for (const FitCase& c : cases) {
    const Placement placed = place(c.width, c.height, c.tile);
    const auto what = testing::Message()
                      << c.width << "x" << c.height << " in " << c.tile.width << "x" << c.tile.height;
    EXPECT_TRUE(placed.crop == c.crop) << what << " crop " << placed.crop.x << "," << placed.crop.y << " "
                                       << placed.crop.width << "x" << placed.crop.height;
    EXPECT_TRUE(placed.dest == c.dest) << what << " dest " << placed.dest.x << "," << placed.dest.y << " "
                                       << placed.dest.width << "x" << placed.dest.height;
  }
}

// Whatever a sender sends: even, inside the source, inside the tile, never empty.
TEST(Fit, StaysInsideForEverySize) {
  for (int width = 2; width < 700; width += 37) {
    for (int height = 2; height < 700; height += 29) {
      for (const TileShape& tile : {TileShape{320, 180}, TileShape{2, 2}, TileShape{90, 500},
                                    TileShape{300, 170, Fit::fill}, TileShape{300, 170, Fit::fill, true}}) {
        const auto [crop, dest] = place(width, height, tile);
        for (const int value :
             {crop.x, crop.y, crop.width, crop.height, dest.x, dest.y, dest.width, dest.height}) {
          ASSERT_EQ(value % 2, 0) << width << "x" << height;
          ASSERT_GE(value, 0);
        }
        ASSERT_TRUE(crop.width > 0 && crop.height > 0 && dest.width > 0 && dest.height > 0);
        ASSERT_LE(crop.x + crop.width, width);
        ASSERT_LE(crop.y + crop.height, height);
        ASSERT_LE(dest.x + dest.width, tile.width);
        ASSERT_LE(dest.y + dest.height, tile.height);
      }
    }
  }
}

TEST(Fit, KeepsTheSourcesMemoryWhenOnlyCropped) {
  const auto pool = FramePool::create();
  const VideoFrame source = solid(320, 240, test::kRed);
  const FittedFrame fitted = fitFrame(source, {320, 180, Fit::fill}, *pool);
  EXPECT_FALSE(fitted.scaled);
  EXPECT_EQ(fitted.picture.memory, source.memory);
  EXPECT_EQ(fitted.picture.y, source.y + 30 * 320);
  EXPECT_EQ(fitted.picture.u, source.u + 15 * 160);
}

TEST(Fit, BringsFullRangeIntoLimited) {
  const auto pool = FramePool::create();
  const std::vector<std::pair<test::Yuv, test::Yuv>> cases{
      {{0, 0, 255}, {16, 16, 240}}, {{255, 128, 128}, {235, 128, 128}}, {{128, 64, 192}, {126, 72, 184}}};
  for (const auto& [full, limited] : cases) {
    VideoFrame source = solid(320, 180, full);
    source.fullRange = true;
    for (const TileShape& tile : {TileShape{320, 180}, TileShape{160, 90}}) {
      const FittedFrame fitted = fitFrame(source, tile, *pool);
      EXPECT_FALSE(fitted.picture.fullRange);
      EXPECT_EQ(fitted.picture.y[0], limited.y) << full;
      EXPECT_EQ(fitted.picture.u[0], limited.u) << full;
      EXPECT_EQ(fitted.picture.v[0], limited.v) << full;
    }
  }
}

// The page's colour 20, 160, 60 by the two standards (ITU-R BT.709-6, BT.601-7).
TEST(Fit, BringsBt709OfFullRangeIntoBt601) {
  const auto pool = FramePool::create();
  VideoFrame source = solid(320, 180, {123, 94, 63});
  source.fullRange = source.bt709 = true;
  const FittedFrame fitted = fitFrame(source, {160, 90}, *pool);
  for (const int at : {0, 1, 159}) EXPECT_NEAR(fitted.picture.y[at], 108, 1);
  EXPECT_NEAR(fitted.picture.y[fitted.picture.strideY], 108, 1);
  EXPECT_NEAR(fitted.picture.u[0], 105, 1);
  EXPECT_NEAR(fitted.picture.v[0], 74, 1);
}

TEST(Fit, RefusesFramesThatCannotBeUsed) {
  EXPECT_TRUE(usable(solid(320, 180, test::kRed)));
  EXPECT_FALSE(usable(VideoFrame{}));
  EXPECT_FALSE(usable(solid(1, 180, test::kRed)));
  VideoFrame narrow = solid(320, 180, test::kRed);
  narrow.strideU = 100;
  EXPECT_FALSE(usable(narrow));
  VideoFrame huge = solid(4, 4, test::kRed);
  huge.width = huge.strideY = huge.strideU = huge.strideV = kMaxSide + 2;
  EXPECT_FALSE(usable(huge));
}

TEST(FramePool, RecyclesAndOutlivesItsOwner) {
  auto pool = FramePool::create();
  const std::uint8_t* first = nullptr;
  {
    const WritableFrame frame = pool->acquire(64, 32);
    first = frame.y;
  }
  WritableFrame again = pool->acquire(64, 32);
  EXPECT_EQ(again.y, first);
  EXPECT_NE(pool->acquire(64, 32).y, first);
  pool.reset();
  again.y[0] = 1;  // still ours
}

}  // namespace
}  // namespace tessera::mix
