// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "room/look.h"

// Where tiles stand on a canvas of any shape. All of it is even, inside the canvas, and apart. Pure.

namespace tessera {

struct LayoutRect {
  int x = 0, y = 0, width = 0, height = 0;  // canvas pixels, all even
  bool operator==(const LayoutRect&) const = default;
};

inline constexpr int kMaxTiles = 49;

// The shape of tiles: near the aspect of what they show (width / height), so that they hold pictures rather
// than bars. `fit` keeps to it, `smart` departs from it by a part of what it may crop, `fill` takes all room.
struct TileStyle {
  double aspect = 16.0 / 9;
  TileFit fit = TileFit::fill;
  int gap = 0;  // canvas pixels between tiles, and around them when there are several; less on tiny canvases
};

// `count` (1 to kMaxTiles) equal tiles: the number of columns and rows in which the whole pictures are
// largest; an incomplete last row is centred. A single tile fills the canvas.
std::vector<LayoutRect> gridLayout(int count, int canvasWidth, int canvasHeight, const TileStyle& style = {});

struct StageStyle {
  TileStyle large, others;  // `others` has the gap of both
  double strip = 0.2;       // aim for a side of the others' tiles, as a part of the canvas'
  bool beside = false;      // the strip is rather at the side; else at the bottom
};

struct Stage {
  LayoutRect large;
  std::vector<LayoutRect> others;  // as many as can be told apart, at most the number asked for
};

// One large tile, and `others` in a strip below or at its right. On a portrait canvas, or when `beside`, the
// place is chosen that shows more.
Stage stageLayout(int others, int canvasWidth, int canvasHeight, const StageStyle& style);

// Fractions of the canvas.
LayoutRect regionRect(const Region& region, int canvasWidth, int canvasHeight);

}  // namespace tessera
