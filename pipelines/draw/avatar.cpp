// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <numbers>

#include "pipelines/draw/drawing.h"
#include "pipelines/draw/labels.h"

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

// FNV-1a: the same in every process and version, unlike std::hash.
std::uint32_t stableHash(const std::string& key) {
  std::uint32_t hash = 2166136261U;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash ^ (hash >> 16U);
}

Colour darkened(const Colour& c, double by) {
  return {c.red * by, c.green * by, c.blue * by, 1};
}

void showCentred(cairo_t* cr, PangoLayout* text, double x, double y) {
  PangoRectangle ink{};
  pango_layout_get_pixel_extents(text, &ink, nullptr);
  cairo_move_to(cr, x - ink.x - ink.width / 2.0, y - ink.y - ink.height / 2.0);
  pango_cairo_show_layout(cr, text);
}

}  // namespace

mix::FrameRef renderAvatar(const std::string& name, const std::string& colourKey, int tileWidth,
                           int tileHeight) {
  Drawing drawing(std::max(tileWidth, 2), std::max(tileHeight, 2));
  cairo_t* const cr = drawing.context();
  const Colour& colour = kColours[stableHash(colourKey) % kColours.size()];
  drawing.use(darkened(colour, 0.28));
  cairo_paint(cr);

  const double radius = std::min(tileWidth, tileHeight) * 0.27;
  const double x = tileWidth / 2.0;
  const double y = tileHeight / 2.0;
  cairo_arc(cr, x, y, radius, 0, 2 * std::numbers::pi);
  drawing.use(colour);
  cairo_fill(cr);

  drawing.use({1, 1, 1, 1});
  showCentred(cr, makeText(cr, initialsOf(name), radius * 0.82).get(), x, y);
  return drawing.toFrame();
}

}  // namespace tessera::draw
