// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "pipelines/draw/drawing.h"
#include "pipelines/draw/scenery.h"
#include "pipelines/mix/fit.h"

namespace tessera::draw {
namespace {

using mix::Anchor;

constexpr Colour kSpeaks{0.24, 0.86, 0.59};
constexpr Colour kSpeaksHighContrast{1, 0.85, 0};
constexpr std::array kCorners{Anchor::topLeft, Anchor::topRight, Anchor::bottomLeft, Anchor::bottomRight};

bool isRight(Anchor anchor) {
  return anchor == Anchor::topRight || anchor == Anchor::bottomRight;
}
bool isBottom(Anchor anchor) {
  return anchor == Anchor::bottomLeft || anchor == Anchor::bottomRight;
}

// Even, because a strip of odd width would colour only half of its outermost chroma.
int thicknessFor(int tileHeight, bool highContrast) {
  const double pixels = (2.8 + tileHeight * 0.0035) * (highContrast ? 1.6 : 1);
  return std::max(2 * static_cast<int>(std::lround(pixels / 2)), 2);
}

// Small tiles are not rounded to pills.
int radiusFor(int width, int height, int radius) {
  return std::clamp(radius, 0, std::min(width, height) / 5);
}

int evenUp(int value) {
  return value + (value & 1);
}

// Cuts pieces out of one drawn border.
struct Border {
  int width, height, radius, thickness;
  Colour colour;

  mix::PlacedOverlay piece(const mix::Rect& part, Anchor anchor) const {
    Drawing drawing(part.width, part.height);
    cairo_t* const cr = drawing.context();
    cairo_translate(cr, -part.x, -part.y);
    const double line = thickness;
    roundedRectangle(cr, line / 2, line / 2, width - line, height - line, std::max(radius - line / 2, 0.0));
    cairo_set_line_width(cr, line);
    drawing.use(colour);
    cairo_stroke(cr);
    return {drawing.toOverlay(), anchor, isRight(anchor) ? width - part.x - part.width : part.x,
            isBottom(anchor) ? height - part.y - part.height : part.y, false};
  }
};

// How much of each pixel of a corner lies outside the arc.
std::vector<std::uint8_t> outsideArc(int side, int radius, Anchor anchor) {
  std::vector<std::uint8_t> alpha;
  alpha.reserve(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const double across = radius - 0.5 - (isRight(anchor) ? side - 1 - x : x);
      const double along = radius - 0.5 - (isBottom(anchor) ? side - 1 - y : y);
      const double out = across > 0 && along > 0 ? std::hypot(across, along) - radius + 0.5 : 0;
      alpha.push_back(static_cast<std::uint8_t>(std::lround(std::clamp(out, 0.0, 1.0) * 255)));
    }
  }
  return alpha;
}

// What the mixer shows where there is no background. Its chroma planes are larger than they need to be.
mix::VideoFrame darkGrey(int side) {
  const auto pixels = static_cast<std::size_t>(side) * static_cast<std::size_t>(side);
  const auto planes = std::make_shared<std::vector<std::uint8_t>>();
  for (const int value : {mix::kDarkGrey.y, mix::kDarkGrey.u, mix::kDarkGrey.v})
    planes->insert(planes->end(), pixels, static_cast<std::uint8_t>(value));
  const std::uint8_t* const y = planes->data();
  return {.width = side,
          .height = side,
          .y = y,
          .u = y + pixels,
          .v = y + 2 * pixels,
          .strideY = side,
          .strideU = side,
          .strideV = side,
          .memory = planes};
}

}  // namespace

std::vector<mix::PlacedOverlay> renderBorder(int tileWidth, int tileHeight, int radius, bool highContrast) {
  const Border border{tileWidth, tileHeight, radiusFor(tileWidth, tileHeight, radius),
                      thicknessFor(tileHeight, highContrast), highContrast ? kSpeaksHighContrast : kSpeaks};
  const int line = border.thickness;
  const int side = evenUp(std::max(border.radius, line));
  const int right = tileWidth - side, bottom = tileHeight - side;
  if (right <= side || bottom <= side) return {};
  return {border.piece({0, 0, side, side}, Anchor::topLeft),
          border.piece({right, 0, side, side}, Anchor::topRight),
          border.piece({0, bottom, side, side}, Anchor::bottomLeft),
          border.piece({right, bottom, side, side}, Anchor::bottomRight),
          border.piece({side, 0, right - side, line}, Anchor::topLeft),
          border.piece({side, tileHeight - line, right - side, line}, Anchor::bottomLeft),
          border.piece({0, side, line, bottom - side}, Anchor::topLeft),
          border.piece({tileWidth - line, side, line, bottom - side}, Anchor::topRight)};
}

std::vector<mix::PlacedOverlay> renderCorners(const mix::Rect& rect, int radius,
                                              const mix::FrameRef& background) {
  const int used = radiusFor(rect.width, rect.height, radius);
  if (used == 0) return {};
  const int side = evenUp(used);
  std::vector<mix::PlacedOverlay> corners;
  for (const Anchor anchor : kCorners) {
    struct Held {
      mix::VideoFrame frame;
      std::vector<std::uint8_t> alpha;
    };
    const mix::Rect part{isRight(anchor) ? rect.x + rect.width - side : rect.x,
                         isBottom(anchor) ? rect.y + rect.height - side : rect.y, side, side};
    const auto held = std::make_shared<const Held>(
        Held{background ? mix::window(*background, part) : darkGrey(side), outsideArc(side, used, anchor)});
    mix::Overlay overlay{held->frame, held->alpha.data(), side};
    overlay.frame.memory = held;
    corners.push_back({std::make_shared<const mix::Overlay>(std::move(overlay)), anchor, 0, 0, false});
  }
  return corners;
}

}  // namespace tessera::draw
