// SPDX-License-Identifier: Apache-2.0
#include "room/layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>

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
                            {4, 1, 4, 720, 320},  {5, 1, 5, 720, 256}, {6, 1, 6, 720, 212},
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

bool overlap(const LayoutRect& a, const LayoutRect& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

TEST(GridLayout, EvenEqualInsideAndApart) {
  const int canvases[][2] = {{1280, 720}, {720, 1280}, {1920, 1080}, {640, 360},
                             {640, 480},  {426, 240},  {1000, 1000}};
  for (const auto& [width, height] : canvases) {
    for (int count = 1; count <= kMaxTiles; ++count) {
      const auto tiles = gridLayout(count, width, height);
      ASSERT_EQ(tiles.size(), static_cast<std::size_t>(count));
      for (std::size_t i = 0; i < tiles.size(); ++i) {
        const LayoutRect& t = tiles[i];
        ASSERT_EQ((t.x | t.y | t.width | t.height) & 1, 0) << count;
        ASSERT_TRUE(t.x >= 0 && t.y >= 0 && t.width > 0 && t.height > 0) << count;
        ASSERT_TRUE(t.x + t.width <= width && t.y + t.height <= height) << count;
        ASSERT_TRUE(t.width == tiles[0].width && t.height == tiles[0].height) << count;
        for (std::size_t k = 0; k < i; ++k) ASSERT_FALSE(overlap(t, tiles[k])) << count;
      }
    }
  }
}

TEST(GridLayout, CentresTheLastRow) {
  const auto tiles = gridLayout(5, 1280, 720);
  EXPECT_EQ(tiles[3], (LayoutRect{214, 360, 426, 360}));
  EXPECT_EQ(tiles[4], (LayoutRect{640, 360, 426, 360}));
}

TEST(GridLayout, Limits) {
  EXPECT_TRUE(gridLayout(0, 1280, 720).empty());
  EXPECT_TRUE(gridLayout(-1, 1280, 720).empty());
  EXPECT_TRUE(gridLayout(4, 0, 720).empty());
  EXPECT_EQ(gridLayout(1000, 1280, 720).size(), static_cast<std::size_t>(kMaxTiles));
}

}  // namespace
}  // namespace tessera
