// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>

namespace tessera::load {

// A number painted into a picture as 8x2 black and white cells, large enough to survive being scaled to a
// small tile and encoded twice: the upper row is its Gray code (one cell changes from a number to the next),
// the lower row the complement, by which what is not a time code is told apart.

inline constexpr unsigned kTimeCodes = 256;  // numbers count modulo this

struct LumaPlane {
  std::span<const std::uint8_t> bytes;
  int width = 0, height = 0, stride = 0;
};

// Where a whole source picture lies on another one, in its pixels; parts may lie outside.
struct Placement {
  double x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Placement&) const = default;
};
// A source of this size in a tile: cropped to fill it where that hides at most a fifth, letterboxed else
// (TileFit::smart in room/look.h).
Placement placeInTile(int sourceWidth, int sourceHeight, double x, double y, double width, double height);

// `picture`: I420, planes without padding.
void paintTimeCode(std::span<std::uint8_t> picture, int width, int height, unsigned number);
std::optional<unsigned> readTimeCode(const LumaPlane& luma, const Placement& source);

}  // namespace tessera::load
