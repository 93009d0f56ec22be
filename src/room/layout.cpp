// SPDX-License-Identifier: Apache-2.0
#include "room/layout.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace tessera {
namespace {

// How far a tile departs from its picture's aspect with TileFit::smart: less than the fit crops at most, so
// that pictures of slightly other shapes are still cropped rather than letterboxed.
constexpr double kSmartStretch = 1 / (1 - 0.6 * kMaxSmartCrop);
constexpr double kMinTileSide = 0.09;   // of the others beside a large one, as a part of the canvas' sides
constexpr double kMaxStrip = 0.24;      // of the canvas' side that it is taken from
constexpr double kOthersToLarge = 0.7;  // their sides are at most this part of the large one's
constexpr double kOthersWorth = 0.5;    // of what is seen of them, when arrangements are compared
constexpr double kPreference = 1.1;     // a strip at the preferred side is worth so much more
constexpr int kGapsPerSide = 20;        // a gap is at most this part of the canvas' shorter side

int evenDown(int value) {
  return value & ~1;
}
int evenDown(double value) {
  return evenDown(static_cast<int>(value));
}
int evenNear(double value) {
  return 2 * static_cast<int>(std::lround(value / 2));
}

struct Size {
  int width = 0, height = 0;  // even
};

double stretchOf(TileFit fit) {
  if (fit == TileFit::fill) return std::numeric_limits<double>::infinity();
  return fit == TileFit::smart ? kSmartStretch : 1;
}

// The tile that stands in a cell.
Size tileIn(const Size& cell, const TileStyle& style) {
  const double stretch = stretchOf(style.fit);
  const double width = std::min<double>(cell.width, cell.height * style.aspect * stretch);
  const double height = std::min<double>(cell.height, cell.width / style.aspect * stretch);
  return {std::clamp(evenNear(width), 2, cell.width), std::clamp(evenNear(height), 2, cell.height)};
}

// Of the whole picture, shown in such a cell. It is also the area of a picture cropped to fill the cell,
// times the part of the picture that remains to be seen.
double areaSeen(const Size& cell, double aspect) {
  const double width = std::min<double>(cell.width, cell.height * aspect);
  return width * width / aspect;
}

struct Grid {
  int columns = 1, rows = 1;
  Size cell;
};

Grid makeGrid(int columns, int count, const Size& room, int gap) {
  const int rows = (count + columns - 1) / columns;
  return {columns,
          rows,
          {evenDown((room.width - (columns - 1) * gap) / columns),
           evenDown((room.height - (rows - 1) * gap) / rows)}};
}

bool better(const Grid& a, const Grid& b, double aspect) {
  const auto worth = [&](const Grid& grid) {
    return grid.cell.width < 2 || grid.cell.height < 2 ? 0 : areaSeen(grid.cell, aspect);
  };
  const double worthA = worth(a), worthB = worth(b);
  constexpr double kAsGood = 0.15;
  if (worthA > worthB * (1 + kAsGood)) return true;
  // Side by side rather than one above the other: an upright cell crops beside the face, not the face.
  return worthA > worthB * (1 - kAsGood) && a.rows < b.rows;
}

Grid bestGrid(int count, const Size& room, const TileStyle& style) {
  Grid best = makeGrid(1, count, room, style.gap);
  for (int columns = 2; columns <= count; ++columns) {
    const Grid grid = makeGrid(columns, count, room, style.gap);
    if (better(grid, best, style.aspect)) best = grid;
  }
  best.cell = {std::max(best.cell.width, 2), std::max(best.cell.height, 2)};
  return best;
}

// Centred in `area`; no tile is larger than `largest`.
std::vector<LayoutRect> gridIn(const LayoutRect& area, int count, const TileStyle& style,
                               const Size& largest) {
  Grid grid = bestGrid(count, {area.width, area.height}, style);
  grid.cell.width = std::min(grid.cell.width, largest.width);
  grid.cell.height = std::min(grid.cell.height, largest.height);
  const Size tile = tileIn(grid.cell, style);
  const int stepX = tile.width + style.gap, stepY = tile.height + style.gap;
  const int top = area.y + std::max(evenDown((area.height - (grid.rows * stepY - style.gap)) / 2), 0);
  std::vector<LayoutRect> tiles;
  for (int i = 0; i < count; ++i) {
    const int row = i / grid.columns;
    const int inRow = std::min(grid.columns, count - row * grid.columns);
    const int left = area.x + std::max(evenDown((area.width - (inRow * stepX - style.gap)) / 2), 0);
    tiles.push_back({left + i % grid.columns * stepX, top + row * stepY, tile.width, tile.height});
  }
  return tiles;
}

TileStyle usable(TileStyle style, const Size& canvas) {
  if (!(style.aspect >= 0.25)) style.aspect = std::isnan(style.aspect) ? 16.0 / 9 : 0.25;
  style.aspect = std::min(style.aspect, 4.0);
  style.gap = evenDown(std::clamp(style.gap, 0, std::min(canvas.width, canvas.height) / kGapsPerSide));
  return style;
}

// Row after row is dropped until the tiles are large enough to tell people apart.
std::vector<LayoutRect> othersIn(const LayoutRect& area, int count, const TileStyle& style, double minArea,
                                 const Size& largest) {
  for (; count > 1; --count) {
    const auto tiles = gridIn(area, count, style, largest);
    if (areaSeen({tiles[0].width, tiles[0].height}, style.aspect) >= minArea * 0.95) return tiles;
  }
  return gridIn(area, 1, style, largest);
}

// The others below. Where the large one leaves more than a strip, they get that.
Stage stageBelow(int others, const Size& canvas, const StageStyle& style) {
  const int gap = style.others.gap;
  const double aspect = style.others.aspect;
  const double side = std::sqrt(static_cast<double>(canvas.width) * canvas.height / aspect);
  const int innerWidth = canvas.width - 2 * gap;
  const double share = (innerWidth - (others - 1.0) * gap) / others / aspect;
  const double highest = std::min(style.strip * side, kMaxStrip * canvas.height);
  const double lowest = std::min(kMinTileSide * side, highest);
  const int strip = evenDown(std::clamp(share, lowest, highest));

  Stage stage;
  const Size large = tileIn({innerWidth, std::max(canvas.height - strip - 3 * gap, 2)}, style.large);
  const int rest = std::max(canvas.height - large.height - 3 * gap, 2);
  const int most = std::max(strip, evenDown(kOthersToLarge * large.height));
  const int widest =
      std::max(evenDown(strip * aspect * kSmartStretch), evenDown(kOthersToLarge * large.width));
  stage.others =
      othersIn({gap, 0, innerWidth, rest}, others, style.others, lowest * lowest * aspect, {widest, most});

  const int first = stage.others.front().y;
  const int block = large.height + gap + stage.others.back().y + stage.others.back().height - first;
  const int top = std::max(evenDown((canvas.height - block) / 2), 0);
  stage.large = {evenDown((canvas.width - large.width) / 2), top, large.width, large.height};
  for (LayoutRect& tile : stage.others) tile.y += top + large.height + gap - first;
  return stage;
}

void transpose(LayoutRect& rect) {
  rect = {rect.y, rect.x, rect.height, rect.width};
}

Stage stageBeside(int others, const Size& canvas, StageStyle style) {
  style.large.aspect = 1 / style.large.aspect;
  style.others.aspect = 1 / style.others.aspect;
  Stage stage = stageBelow(others, {canvas.height, canvas.width}, style);
  transpose(stage.large);
  for (LayoutRect& tile : stage.others) transpose(tile);
  return stage;
}

double worth(const Stage& stage, const StageStyle& style) {
  const LayoutRect& other = stage.others.front();
  return areaSeen({stage.large.width, stage.large.height}, style.large.aspect) +
         kOthersWorth * static_cast<double>(stage.others.size()) *
             areaSeen({other.width, other.height}, style.others.aspect);
}

}  // namespace

std::vector<LayoutRect> gridLayout(int count, int canvasWidth, int canvasHeight, const TileStyle& style) {
  if (count <= 0 || canvasWidth < 2 || canvasHeight < 2) return {};
  const Size canvas{evenDown(canvasWidth), evenDown(canvasHeight)};
  if (count == 1) return {{0, 0, canvas.width, canvas.height}};
  const TileStyle used = usable(style, canvas);
  return gridIn({used.gap, used.gap, canvas.width - 2 * used.gap, canvas.height - 2 * used.gap},
                std::min(count, kMaxTiles), used, canvas);
}

Stage stageLayout(int others, int canvasWidth, int canvasHeight, const StageStyle& style) {
  const Size canvas{evenDown(canvasWidth), evenDown(canvasHeight)};
  if (others <= 0) return {{0, 0, canvas.width, canvas.height}, {}};
  others = std::min(others, kMaxTiles - 1);
  StageStyle used = style;
  used.large = usable(style.large, canvas);
  used.others = usable(style.others, canvas);
  Stage below = stageBelow(others, canvas, used);
  if (!style.beside && canvas.width >= canvas.height) return below;
  Stage beside = stageBeside(others, canvas, used);
  const double preference = style.beside ? kPreference : 1 / kPreference;
  return worth(beside, used) * preference > worth(below, used) ? beside : below;
}

LayoutRect regionRect(const Region& region, int canvasWidth, int canvasHeight) {
  const auto edge = [](double fraction, int side) {
    return std::clamp(evenNear(fraction * side), 0, evenDown(side));
  };
  const int left = std::min(edge(region.x, canvasWidth), evenDown(canvasWidth) - 2);
  const int top = std::min(edge(region.y, canvasHeight), evenDown(canvasHeight) - 2);
  return {left, top, std::max(edge(region.x + region.width, canvasWidth) - left, 2),
          std::max(edge(region.y + region.height, canvasHeight) - top, 2)};
}

}  // namespace tessera
