// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

namespace tessera {

struct LayoutRect {
  int x = 0, y = 0, width = 0, height = 0;  // canvas pixels, all even
  bool operator==(const LayoutRect&) const = default;
};

inline constexpr int kMaxTiles = 49;  // more people than this: the first ones have a tile

// An even grid of `count` (1 to kMaxTiles) equal tiles that fills the canvas: the number of columns and rows
// whose cells crop the least of 16:9 sources; an incomplete last row is centred. Tiles never overlap. There
// is no gap between them: whole fractions of the canvas are the cheapest sizes to scale to.
std::vector<LayoutRect> gridLayout(int count, int canvasWidth, int canvasHeight);

}  // namespace tessera
