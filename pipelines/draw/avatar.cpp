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

constexpr double kGround = 0.28, kEdge = 0.14;  // of the circle's colour

// FNV-1a: the same in every process and version, unlike std::hash.
std::uint32_t stableHash(const std::string& key) {
  std::uint32_t hash = 2166136261U;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash ^ (hash >> 16U);
}

Colour darkened(const Colour& c, double by) {
  return {c.red * by, c.green * by, c.blue * by, 1};
}

// Centred by the height of a capital letter, so that accents and descenders do not move a name up or down.
void showCentred(cairo_t* cr, const std::string& text, double pixels, double x, double y) {
  PangoRectangle capital{}, ink{};
  pango_layout_get_pixel_extents(makeText(cr, "H", pixels).get(), &capital, nullptr);
  const auto layout = makeText(cr, text, pixels);
  pango_layout_get_pixel_extents(layout.get(), &ink, nullptr);
  const double baseline = y + capital.height / 2.0;
  cairo_move_to(cr, x - ink.x - ink.width / 2.0,
                baseline - pango_layout_get_baseline(layout.get()) / double{PANGO_SCALE});
  pango_cairo_show_layout(cr, layout.get());
}

}  // namespace

mix::FrameRef renderAvatar(const std::string& name, const std::string& colourKey, int tileWidth,
                           int tileHeight) {
  Drawing drawing(std::max(tileWidth, 2), std::max(tileHeight, 2));
  cairo_t* const cr = drawing.context();
  const Colour& colour = kColours[stableHash(colourKey) % kColours.size()];
  drawing.use(darkened(colour, kEdge));  // sets off neighbours of the same colour
  cairo_paint(cr);
  cairo_rectangle(cr, 1, 1, tileWidth - 2, tileHeight - 2);
  drawing.use(darkened(colour, kGround));
  cairo_fill(cr);

  const double radius = std::min(tileWidth, tileHeight) * 0.27;
  const double x = tileWidth / 2.0;
  const double y = tileHeight / 2.0;
  cairo_arc(cr, x, y, radius, 0, 2 * std::numbers::pi);
  drawing.use(colour);
  cairo_fill(cr);

  drawing.use({1, 1, 1, 1});
  showCentred(cr, initialsOf(name), radius * 0.82, x, y);
  return drawing.toFrame();
}

}  // namespace tessera::draw
