// SPDX-License-Identifier: Apache-2.0
#include "load/time_code.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tessera::load {
namespace {

constexpr int kColumns = 8;
constexpr int kRows = 2;
// In fractions of the source: clear of the edges, which may be cropped, and of labels in the corners.
constexpr double kLeft = 0.30, kTop = 0.20, kCellWidth = 0.05, kCellHeight = 0.09;
constexpr std::uint8_t kBlack = 30, kWhite = 210, kNeutral = 128;
constexpr double kMiddle = (kBlack + kWhite) / 2.0;
constexpr double kLeastContrast = 20;  // a cell nearer to the middle than this is not read
constexpr double kInner = 0.25;        // what is left out at each edge of a cell: other cells bleed into it
constexpr double kLargestCrop = 0.20;

unsigned toGray(unsigned number) {
  return number ^ number >> 1;
}

unsigned fromGray(unsigned gray) {
  for (unsigned shift = 1; shift < kColumns; shift *= 2) gray ^= gray >> shift;
  return gray;
}

void fill(std::uint8_t* plane, int stride, int x0, int y0, int x1, int y1, std::uint8_t value) {
  for (int y = y0; y < y1; ++y) std::fill(plane + y * stride + x0, plane + y * stride + x1, value);
}

struct Cell {
  double x, y, width, height;
};
Cell cellOf(int column, int row, const Placement& in) {
  return {in.x + (kLeft + column * kCellWidth) * in.width, in.y + (kTop + row * kCellHeight) * in.height,
          kCellWidth * in.width, kCellHeight * in.height};
}

std::optional<bool> readCell(const LumaPlane& luma, const Cell& cell) {
  const int x0 = static_cast<int>(std::lround(cell.x + kInner * cell.width));
  const int y0 = static_cast<int>(std::lround(cell.y + kInner * cell.height));
  const int x1 = std::max(x0 + 1, static_cast<int>(std::lround(cell.x + (1 - kInner) * cell.width)));
  const int y1 = std::max(y0 + 1, static_cast<int>(std::lround(cell.y + (1 - kInner) * cell.height)));
  if (x0 < 0 || y0 < 0 || x1 > luma.width || y1 > luma.height) return std::nullopt;
  long sum = 0;
  for (int y = y0; y < y1; ++y)
    for (int x = x0; x < x1; ++x) sum += luma.bytes[static_cast<std::size_t>(y) * luma.stride + x];
  const double mean = static_cast<double>(sum) / ((x1 - x0) * (y1 - y0));
  if (std::abs(mean - kMiddle) < kLeastContrast) return std::nullopt;
  return mean > kMiddle;
}

}  // namespace

Placement placeInTile(int sourceWidth, int sourceHeight, double x, double y, double width, double height) {
  const double toFill = std::max(width / sourceWidth, height / sourceHeight);
  const double toFit = std::min(width / sourceWidth, height / sourceHeight);
  const double scale = 1 - toFit / toFill <= kLargestCrop ? toFill : toFit;
  const double shownWidth = sourceWidth * scale, shownHeight = sourceHeight * scale;
  return {x + (width - shownWidth) / 2, y + (height - shownHeight) / 2, shownWidth, shownHeight};
}

void paintTimeCode(std::span<std::uint8_t> picture, int width, int height, unsigned number) {
  std::uint8_t* const luma = picture.data();
  const unsigned gray = toGray(number % kTimeCodes);
  const Placement whole{0, 0, static_cast<double>(width), static_cast<double>(height)};
  for (int row = 0; row < kRows; ++row) {
    for (int column = 0; column < kColumns; ++column) {
      const bool white = ((gray >> (kColumns - 1 - column) & 1) != 0) == (row == 0);
      const Cell cell = cellOf(column, row, whole);
      const int x0 = static_cast<int>(cell.x), y0 = static_cast<int>(cell.y);
      const int x1 = static_cast<int>(cell.x + cell.width), y1 = static_cast<int>(cell.y + cell.height);
      fill(luma, width, x0, y0, x1, y1, white ? kWhite : kBlack);
      for (int plane = 0; plane < 2; ++plane) {
        std::uint8_t* const chroma = luma + width * height + plane * (width / 2) * (height / 2);
        fill(chroma, width / 2, x0 / 2, y0 / 2, (x1 + 1) / 2, (y1 + 1) / 2, kNeutral);
      }
    }
  }
}

std::optional<unsigned> readTimeCode(const LumaPlane& luma, const Placement& source) {
  unsigned gray = 0;
  for (int column = 0; column < kColumns; ++column) {
    const auto upper = readCell(luma, cellOf(column, 0, source));
    if (!upper) return std::nullopt;
    const auto lower = readCell(luma, cellOf(column, 1, source));
    if (!lower || *upper == *lower) return std::nullopt;
    gray = gray << 1 | (*upper ? 1u : 0u);
  }
  return fromGray(gray);
}

}  // namespace tessera::load
