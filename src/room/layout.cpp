// SPDX-License-Identifier: Apache-2.0
#include "room/layout.h"

#include <algorithm>
#include <cstddef>

namespace tessera {
namespace {

int evenDown(int value) {
  return value & ~1;
}

struct Grid {
  int columns = 1, rows = 1;
  int cellWidth = 0, cellHeight = 0;
};

Grid makeGrid(int columns, int count, int canvasWidth, int canvasHeight) {
  const int rows = (count + columns - 1) / columns;
  return {columns, rows, std::max(evenDown(canvasWidth / columns), 2),
          std::max(evenDown(canvasHeight / rows), 2)};
}

// How good a cell is for a 16:9 source that is cropped to fill it: its area, times the part of the source
// that remains to be seen. 16 h / 9 w (or the reverse) is that part.
bool better(const Grid& a, const Grid& b) {
  const auto worth = [](const Grid& grid) {
    const double wide = 16.0 * grid.cellHeight;
    const double high = 9.0 * grid.cellWidth;
    return std::min(wide, high) / std::max(wide, high) * grid.cellWidth * grid.cellHeight;
  };
  const double worthA = worth(a);
  const double worthB = worth(b);
  constexpr double kAsGood = 0.05;
  if (worthA > worthB * (1 + kAsGood)) return true;
  // Side by side rather than one above the other: an upright cell crops beside the face, not the face.
  return worthA > worthB * (1 - kAsGood) && a.rows < b.rows;
}

}  // namespace

std::vector<LayoutRect> gridLayout(int count, int canvasWidth, int canvasHeight) {
  if (count <= 0 || canvasWidth < 2 || canvasHeight < 2) return {};
  count = std::min(count, kMaxTiles);
  Grid best = makeGrid(1, count, canvasWidth, canvasHeight);
  for (int columns = 2; columns <= count; ++columns) {
    const Grid grid = makeGrid(columns, count, canvasWidth, canvasHeight);
    if (better(grid, best)) best = grid;
  }
  std::vector<LayoutRect> tiles;
  tiles.reserve(static_cast<std::size_t>(count));
  const int top = evenDown((canvasHeight - best.rows * best.cellHeight) / 2);
  for (int i = 0; i < count; ++i) {
    const int row = i / best.columns;
    const int inRow = std::min(best.columns, count - row * best.columns);
    const int left = evenDown((canvasWidth - inRow * best.cellWidth) / 2);
    tiles.push_back({left + i % best.columns * best.cellWidth, top + row * best.cellHeight, best.cellWidth,
                     best.cellHeight});
  }
  return tiles;
}

}  // namespace tessera
