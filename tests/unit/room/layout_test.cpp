// SPDX-License-Identifier: Apache-2.0
#include "room/layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

namespace tessera {
namespace {

struct GridCase {
  int count, columns, rows, width, height;
};

int columnsOf(const std::vector<LayoutRect>& tiles) {
  return static_cast<int>(
      std::ranges::count_if(tiles, [&](const auto& tile) { return tile.y == tiles[0].y; }));
}

void expectGrid(const GridCase& c, int canvasWidth, int canvasHeight) {
  const auto tiles = gridLayout(c.count, canvasWidth, canvasHeight);
  const auto what = testing::Message() << c.count << " on " << canvasWidth << "x" << canvasHeight;
  ASSERT_EQ(tiles.size(), static_cast<std::size_t>(c.count)) << what;
  EXPECT_EQ(columnsOf(tiles), std::min(c.columns, c.count)) << what;
  EXPECT_EQ((tiles.back().y - tiles.front().y) / tiles.front().height + 1, c.rows) << what;
  EXPECT_EQ(tiles.front().width, c.width) << what;
  EXPECT_EQ(tiles.front().height, c.height) << what;
}

TEST(GridLayout, LandscapeTable) {
  const GridCase cases[] = {
      {1, 1, 1, 1280, 720}, {2, 2, 1, 640, 720},  {3, 2, 2, 640, 360},  {4, 2, 2, 640, 360},
      {5, 3, 2, 426, 360},  {6, 3, 2, 426, 360},  {7, 3, 3, 426, 240},  {8, 3, 3, 426, 240},
      {9, 3, 3, 426, 240},  {10, 4, 3, 320, 240}, {11, 4, 3, 320, 240}, {12, 4, 3, 320, 240},
      {13, 4, 4, 320, 180}, {14, 4, 4, 320, 180}, {15, 4, 4, 320, 180}, {16, 4, 4, 320, 180},
      {17, 5, 4, 256, 180}, {18, 5, 4, 256, 180}, {19, 5, 4, 256, 180}, {20, 5, 4, 256, 180},
      {21, 5, 5, 256, 144}, {22, 5, 5, 256, 144}, {23, 5, 5, 256, 144}, {24, 5, 5, 256, 144},
      {25, 5, 5, 256, 144}, {36, 6, 6, 212, 120}, {49, 7, 7, 182, 102}};
  for (const GridCase& c : cases) expectGrid(c, 1280, 720);
}

TEST(GridLayout, PortraitTable) {
  const GridCase cases[] = {{1, 1, 1, 720, 1280}, {2, 1, 2, 720, 640}, {3, 1, 3, 720, 426},
                            {4, 1, 4, 720, 320},  {5, 1, 5, 720, 256}, {6, 2, 3, 360, 426},
                            {8, 2, 4, 360, 320},  {9, 2, 5, 360, 256}, {16, 2, 8, 360, 160},
                            {25, 3, 9, 240, 142}};
  for (const GridCase& c : cases) expectGrid(c, 720, 1280);
}

TEST(GridLayout, OtherCanvasesTable) {
  expectGrid({2, 1, 2, 640, 240}, 640, 480);
  expectGrid({4, 2, 2, 320, 240}, 640, 480);
  expectGrid({7, 3, 3, 212, 160}, 640, 480);
  expectGrid({4, 2, 2, 320, 180}, 640, 360);
  expectGrid({3, 3, 1, 640, 360}, 1920, 360);
}

TEST(GridLayout, CentresTheLastRow) {
  const auto tiles = gridLayout(5, 1280, 720);
  EXPECT_EQ(tiles[3], (LayoutRect{214, 360, 426, 360}));
  EXPECT_EQ(tiles[4], (LayoutRect{640, 360, 426, 360}));
}

TEST(GridLayout, ASingleTileFillsTheCanvas) {
  for (const TileFit fit : {TileFit::fill, TileFit::fit, TileFit::smart}) {
    EXPECT_EQ(gridLayout(1, 1280, 720, {4.0 / 3, fit, 8}), (std::vector<LayoutRect>{{0, 0, 1280, 720}}));
    EXPECT_EQ(gridLayout(1, 720, 1280, {16.0 / 9, fit, 8}), (std::vector<LayoutRect>{{0, 0, 720, 1280}}));
  }
}

TEST(GridLayout, GapAndMargin) {
  const auto tiles = gridLayout(4, 1280, 720, {16.0 / 9, TileFit::fill, 8});
  EXPECT_EQ(tiles, (std::vector<LayoutRect>{
                       {8, 8, 628, 348}, {644, 8, 628, 348}, {8, 364, 628, 348}, {644, 364, 628, 348}}));
}

struct ShapeCase {
  int count;
  double aspect;
  TileFit fit;
  int columns, width, height;
};

// On 1280x720 with a gap of 8.
TEST(GridLayout, TilesFollowTheAspectOfTheirPictures) {
  constexpr double kWide = 16.0 / 9, kPhone = 9.0 / 16, kOld = 4.0 / 3;
  const ShapeCase cases[] = {
      {2, kWide, TileFit::fit, 2, 628, 354},    // not half the canvas each
      {2, kWide, TileFit::smart, 2, 628, 402},  // 12 % of it cropped
      {2, kWide, TileFit::fill, 2, 628, 704},   // cropped to fill
      {3, kPhone, TileFit::fit, 3, 396, 704},   // three phones stand side by side
      {4, kPhone, TileFit::smart, 4, 310, 626}, {2, kOld, TileFit::fit, 2, 628, 472},
      {6, kWide, TileFit::fit, 3, 416, 234},    {16, kWide, TileFit::smart, 4, 310, 170}};
  for (const ShapeCase& c : cases) {
    const auto tiles = gridLayout(c.count, 1280, 720, {c.aspect, c.fit, 8});
    const auto what = testing::Message() << c.count << " of " << c.aspect;
    EXPECT_EQ(columnsOf(tiles), c.columns) << what;
    EXPECT_EQ(tiles[0].width, c.width) << what;
    EXPECT_EQ(tiles[0].height, c.height) << what;
  }
}

TEST(GridLayout, Limits) {
  EXPECT_TRUE(gridLayout(0, 1280, 720).empty());
  EXPECT_TRUE(gridLayout(-1, 1280, 720).empty());
  EXPECT_TRUE(gridLayout(4, 0, 720).empty());
  EXPECT_EQ(gridLayout(1000, 1280, 720).size(), static_cast<std::size_t>(kMaxTiles));
  EXPECT_EQ(gridLayout(4, 1280, 720, {std::nan(""), TileFit::fit, 0})[0].width, 640);
  EXPECT_EQ(gridLayout(4, 1280, 720, {0, TileFit::fit, -5}).size(), 4U);
}

constexpr int kCanvases[][2] = {{160, 120}, {120, 160},  {320, 180},  {640, 360},   {640, 480},
                                {426, 240}, {1280, 720}, {720, 1280}, {1000, 1000}, {1920, 1080},
                                {480, 854}, {1920, 360}, {854, 480},  {3840, 2160}, {2160, 3840}};
constexpr double kAspects[] = {9.0 / 16, 1, 4.0 / 3, 16.0 / 9, 2.4};
constexpr int kGaps[] = {0, 7, 8, 40};

bool overlap(const LayoutRect& a, const LayoutRect& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

void expectEvenInsideAndApart(const std::vector<LayoutRect>& tiles, int width, int height) {
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    const LayoutRect& t = tiles[i];
    ASSERT_EQ((t.x | t.y | t.width | t.height) & 1, 0);
    ASSERT_TRUE(t.x >= 0 && t.y >= 0 && t.width > 0 && t.height > 0);
    ASSERT_TRUE(t.x + t.width <= width && t.y + t.height <= height) << t.x << "," << t.y << " " << t.width;
    for (std::size_t k = 0; k < i; ++k) ASSERT_FALSE(overlap(t, tiles[k])) << k << " and " << i;
  }
}

// Calls with every canvas, style and count.
template <class Visit>
void forAll(Visit visit) {
  for (const auto& [width, height] : kCanvases) {
    for (const double aspect : kAspects) {
      for (const int gap : kGaps) {
        for (const TileFit fit : {TileFit::fill, TileFit::fit, TileFit::smart}) {
          for (int count = 1; count <= kMaxTiles; count += count < 12 ? 1 : 5) {
            SCOPED_TRACE(testing::Message() << count << " of " << aspect << " on " << width << "x" << height
                                            << ", gap " << gap << ", fit " << static_cast<int>(fit));
            visit(count, width, height, TileStyle{aspect, fit, gap});
            if (testing::Test::HasFatalFailure()) return;
          }
        }
      }
    }
  }
}

TEST(GridLayout, EvenEqualInsideAndApart) {
  forAll([](int count, int width, int height, const TileStyle& style) {
    const auto tiles = gridLayout(count, width, height, style);
    ASSERT_EQ(tiles.size(), static_cast<std::size_t>(count));
    expectEvenInsideAndApart(tiles, width, height);
    for (const LayoutRect& t : tiles) {
      ASSERT_TRUE(t.width == tiles[0].width && t.height == tiles[0].height);
    }
  });
}

TEST(StageLayout, EvenInsideAndApart) {
  forAll([](int count, int width, int height, const TileStyle& style) {
    for (const bool beside : {false, true}) {
      for (const double large : {9.0 / 16, 16.0 / 9}) {
        const Stage stage =
            stageLayout(count, width, height, {{large, TileFit::fit, style.gap}, style, 0.2, beside});
        ASSERT_GE(stage.others.size(), 1U);
        ASSERT_LE(stage.others.size(), static_cast<std::size_t>(count));
        std::vector<LayoutRect> all = stage.others;
        all.push_back(stage.large);
        expectEvenInsideAndApart(all, width, height);
      }
    }
  });
}

// Of ordinary pictures on ordinary canvases.
TEST(StageLayout, TheLargeOneIsLarge) {
  for (const auto& [width, height] : {std::pair{1280, 720}, {640, 360}, {640, 480}, {1920, 1080}}) {
    for (int count = 1; count <= kMaxTiles - 1; ++count) {
      const TileStyle style{16.0 / 9, TileFit::smart, 8};
      const auto [large, others] = stageLayout(count, width, height, {style, style});
      EXPECT_GE(large.width * large.height, width * height * 55 / 100) << count << " on " << width;
      EXPECT_LE(others[0].width * others[0].height * 4, large.width * large.height) << count;
      EXPECT_GT(others[0].y, large.y + large.height) << "at the bottom";
    }
  }
}

TEST(StageLayout, Table) {
  const TileStyle wide{16.0 / 9, TileFit::fit, 8};
  const Stage five = stageLayout(5, 1280, 720, {wide, wide});
  EXPECT_EQ(five.large, (LayoutRect{144, 8, 992, 558}));
  EXPECT_EQ(five.others.front(), (LayoutRect{8, 574, 246, 138}));
  EXPECT_EQ(five.others.back(), (LayoutRect{1024, 574, 246, 138}));
  const Stage many = stageLayout(40, 1280, 720, {wide, wide});
  EXPECT_EQ(many.others.size(), 10U) << "as many as can be told apart";

  const Stage beside = stageLayout(3, 1280, 720, {wide, wide, 0.16, true});
  EXPECT_EQ(beside.large, (LayoutRect{8, 64, 1052, 592}));
  EXPECT_EQ(beside.others[0].x, 1068);
  const Stage upright = stageLayout(4, 720, 1280, {wide, wide});
  EXPECT_EQ(upright.large.width, 704) << "as wide as the canvas";
  EXPECT_EQ(upright.others[2].y - upright.others[0].y, 204) << "two rows below";
  const TileStyle phone{9.0 / 16, TileFit::fit, 8};
  EXPECT_GT(stageLayout(3, 1280, 720, {phone, phone, 0.2, true}).large.height, 700);
}

TEST(StageLayout, UprightPicturesDoNotMakeATallStrip) {
  const TileStyle phone{9.0 / 16, TileFit::fit, 8};
  const Stage stage = stageLayout(4, 1280, 720, {phone, phone});
  EXPECT_EQ(stage.others.size(), 4U);
  EXPECT_GT(stage.large.height, 2.9 * stage.others[0].height);
}

TEST(StageLayout, NobodyElse) {
  const Stage stage = stageLayout(0, 1280, 720, {});
  EXPECT_EQ(stage.large, (LayoutRect{0, 0, 1280, 720}));
  EXPECT_TRUE(stage.others.empty());
}

TEST(RegionRect, FractionsOfTheCanvas) {
  const auto rect = [](double x, double y, double width, double height) {
    return regionRect({x, y, width, height}, 1280, 720);
  };
  EXPECT_EQ(rect(0, 0, 1, 1), (LayoutRect{0, 0, 1280, 720}));
  EXPECT_EQ(rect(0.5, 0.5, 0.5, 0.5), (LayoutRect{640, 360, 640, 360}));
  EXPECT_EQ(rect(0, 0, 1.0 / 3, 1), (LayoutRect{0, 0, 426, 720}));
  EXPECT_EQ(rect(1.0 / 3, 0, 1.0 / 3, 1), (LayoutRect{426, 0, 428, 720})) << "no slit between neighbours";
  EXPECT_EQ(rect(1, 1, 0, 0), (LayoutRect{1278, 718, 2, 2}));
}

}  // namespace
}  // namespace tessera
