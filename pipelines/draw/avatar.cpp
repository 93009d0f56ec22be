// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <numbers>

#include "pipelines/draw/drawing.h"
#include "pipelines/draw/labels.h"
#include "pipelines/draw/scenery.h"

namespace tessera::draw {
namespace {

// Circle colours that white letters stand out on (contrast 4.5 and more).
constexpr std::array<Colour, 12> kColours{{{0.72, 0.20, 0.27},
                                           {0.74, 0.30, 0.10},
                                           {0.58, 0.40, 0.04},
                                           {0.36, 0.46, 0.08},
                                           {0.13, 0.50, 0.22},
                                           {0.04, 0.49, 0.42},
                                           {0.02, 0.46, 0.58},
                                           {0.10, 0.42, 0.74},
                                           {0.28, 0.36, 0.80},
                                           {0.45, 0.30, 0.76},
                                           {0.60, 0.24, 0.66},
                                           {0.70, 0.20, 0.48}}};

constexpr double kGround = 0.28, kEdge = 0.14;  // of the circle's colour
constexpr Colour kBlack{0, 0, 0}, kWhite{1, 1, 1};
constexpr Colour kMoreGround{0.16, 0.18, 0.22}, kMoreInk{0.90, 0.92, 0.95};

// FNV-1a: the same in every process and version, unlike std::hash.
std::uint32_t stableHash(const std::string& key) {
  std::uint32_t hash = 2166136261U;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash ^ (hash >> 16U);
}

Colour darkened(const Colour& c, double by) {
  return {c.red * by, c.green * by, c.blue * by, 1};
}

}  // namespace

mix::FrameRef renderAvatar(const std::string& name, const std::string& colourKey, int tileWidth,
                           int tileHeight, bool highContrast) {
  const int width = std::max(tileWidth, 2), height = std::max(tileHeight, 2);
  Drawing drawing(width, height);
  cairo_t* const cr = drawing.context();
  const Colour& colour = kColours[stableHash(colourKey) % kColours.size()];
  drawing.use(highContrast ? colour : darkened(colour, kEdge));  // sets off neighbours of the same colour
  cairo_paint(cr);
  cairo_rectangle(cr, 1, 1, width - 2, height - 2);
  drawing.use(highContrast ? kBlack : darkened(colour, kGround));
  cairo_fill(cr);

  const double radius = std::min(width, height) * 0.27;
  const double labelled = labelFont(width, height) * 1.9 + 6;  // the label and its margin
  const double x = width / 2.0;
  const double y = std::clamp(height - labelled - radius, std::min(radius * 1.1, height / 2.0), height / 2.0);
  cairo_arc(cr, x, y, radius, 0, 2 * std::numbers::pi);
  drawing.use(highContrast ? kBlack : colour);
  cairo_fill_preserve(cr);
  drawing.use(kWhite);
  if (highContrast) {
    cairo_set_line_width(cr, std::max(radius * 0.08, 1.0));
    cairo_stroke(cr);
  }
  cairo_new_path(cr);
  showCentred(cr, initialsOf(name), radius * 0.82, x, y);
  return drawing.toFrame();
}

mix::FrameRef renderMore(int count, int tileWidth, int tileHeight, bool highContrast) {
  const int width = std::max(tileWidth, 2), height = std::max(tileHeight, 2);
  Drawing drawing(width, height);
  drawing.use(highContrast ? kBlack : kMoreGround);
  cairo_paint(drawing.context());
  drawing.use(highContrast ? kWhite : kMoreInk);
  const std::string text = "+" + std::to_string(count);
  const double pixels = std::min(height * 0.34, width * 1.2 / static_cast<double>(text.size()));
  showCentred(drawing.context(), text, pixels, width / 2.0, height / 2.0);
  return drawing.toFrame();
}

}  // namespace tessera::draw
