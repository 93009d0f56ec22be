// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <vector>

#include "pipelines/draw/drawing.h"
#include "pipelines/draw/labels.h"
#include "pipelines/draw/marks.h"

namespace tessera::draw {
namespace {

constexpr int kMinTileWidth = 28, kMinTileHeight = 18;
constexpr int kWidthStep = 16;         // pixels; libyuv blends widths that are multiples of this with SIMD
constexpr double kShortestName = 2.2;  // widths of an em; a shorter piece of a name says nothing
constexpr Colour kPlate{0.05, 0.06, 0.08, 0.66};
constexpr Colour kOpaquePlate{0, 0, 0, 1};
constexpr Colour kInk{1, 1, 1, 1};

// All in pixels.
struct Measures {
  Measures(int tileWidth, int tileHeight, bool highContrast)
      : font(labelFont(tileWidth, tileHeight) * (highContrast ? 1.2 : 1)),
        padX(std::round(font * 0.5)),
        padY(std::max(std::round(font * 0.16), 1.0)),
        icon(std::round(font * 1.05)),
        space(std::round(font * 0.32)) {}
  double font, padX, padY, icon, space;
  double widthOf(std::size_t icons) const { return static_cast<double>(icons) * (icon + space); }
};

std::vector<DrawMark> marksOf(const LabelStyle& style) {
  std::vector<DrawMark> marks;
  if (style.handRaised) marks.push_back(drawHand);
  if (style.muted) marks.push_back(drawMuted);
  if (style.poorConnection) marks.push_back(drawPoorConnection);
  return marks;
}

// Cuts the text to `width` pixels; returns how wide it then is.
double fitText(PangoLayout* text, double width) {
  if (textExtents(text).width > width) {
    pango_layout_set_ellipsize(text, PANGO_ELLIPSIZE_END);
    pango_layout_set_width(text, static_cast<int>(width) * PANGO_SCALE);
  }
  return textExtents(text).width;
}

}  // namespace

// An upright tile has not the width for what its height would allow.
double labelFont(int tileWidth, int tileHeight) {
  return std::clamp(std::min<double>(tileHeight, tileWidth * 0.7) * 0.042 + 8, 10.0, 44.0);
}

std::shared_ptr<const mix::Overlay> renderLabel(const std::string& name, int tileWidth, int tileHeight,
                                                LabelStyle style, bool highContrast) {
  if (tileWidth < kMinTileWidth || tileHeight < kMinTileHeight) return {};
  const Measures m(tileWidth, tileHeight, highContrast);
  const double available = tileWidth * 0.92 - 2 * m.padX;
  std::vector<DrawMark> marks = marksOf(style);
  while (marks.size() > 1 && m.widthOf(marks.size()) - m.space > available) marks.pop_back();

  // Text is measured before the size of the picture is known.
  Drawing scratch(1, 1);
  const auto text = makeText(scratch.context(), cleanName(name), m.font);
  const double lineHeight = textExtents(makeText(scratch.context(), "Ág", m.font).get()).height;
  const double room = available - m.widthOf(marks.size());
  const double wanted = textExtents(text.get()).width;
  const bool named = wanted > 0 && (wanted <= room || room >= m.font * kShortestName);
  if (!named && marks.empty()) return {};
  const double textWidth = named ? fitText(text.get(), room) : -m.space;
  const int plateWidth = static_cast<int>(std::ceil(2 * m.padX + m.widthOf(marks.size()) + textWidth));
  const int plateHeight = static_cast<int>(std::ceil(lineHeight + 2 * m.padY));

  Drawing drawing((plateWidth + kWidthStep - 1) / kWidthStep * kWidthStep, (plateHeight + 1) & ~1);
  cairo_t* const cr = drawing.context();
  const Colour& plate = highContrast ? kOpaquePlate : kPlate;
  roundedRectangle(cr, 0, 0, plateWidth, plateHeight, m.font * 0.38);
  drawing.use(plate);
  cairo_fill(cr);
  double x = m.padX;
  for (const DrawMark mark : marks) {
    drawMarkAt(cr, mark, {x, (plateHeight - m.icon) / 2, m.icon}, plate);
    x += m.icon + m.space;
  }
  if (named) {
    const PangoRectangle extents = textExtents(text.get());
    drawing.use(kInk);
    cairo_move_to(cr, x - extents.x, (plateHeight - extents.height) / 2.0 - extents.y);
    pango_cairo_show_layout(cr, text.get());
  }
  return drawing.toOverlay();
}

}  // namespace tessera::draw
