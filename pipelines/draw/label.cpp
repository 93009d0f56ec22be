// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "pipelines/draw/drawing.h"
#include "pipelines/draw/labels.h"

namespace tessera::draw {
namespace {

constexpr int kMinTileWidth = 48, kMinTileHeight = 32;
constexpr int kWidthStep = 16;  // pixels; libyuv blends widths that are multiples of this with SIMD
constexpr Colour kPlate{0.05, 0.06, 0.08, 0.66};
constexpr Colour kInk{1, 1, 1, 1};
constexpr Colour kMutedRed{1, 0.42, 0.40, 1};
constexpr Colour kHandYellow{1, 0.80, 0.30, 1};

// All in pixels, from the height of the tile.
struct Measures {
  explicit Measures(int tileHeight)
      : font(std::clamp(tileHeight * 0.045 + 6.5, 10.0, 36.0)),
        padX(std::round(font * 0.5)),
        padY(std::max(std::round(font * 0.16), 1.0)),
        icon(std::round(font * 1.05)),
        space(std::round(font * 0.32)) {}
  double font, padX, padY, icon, space;
};

using DrawIcon = void (*)(cairo_t*, double size);

// Icons are drawn into a square of `size` at the origin.
void strokeMicrophone(cairo_t* cr, double size) {
  cairo_set_line_width(cr, size * 0.09);
  roundedRectangle(cr, size * 0.37, size * 0.08, size * 0.26, size * 0.48, size * 0.13);
  cairo_fill(cr);
  cairo_arc(cr, size * 0.5, size * 0.44, size * 0.25, 0, std::numbers::pi);
  cairo_stroke(cr);
  cairo_move_to(cr, size * 0.5, size * 0.69);
  cairo_line_to(cr, size * 0.5, size * 0.88);
  cairo_move_to(cr, size * 0.34, size * 0.9);
  cairo_line_to(cr, size * 0.66, size * 0.9);
  cairo_stroke(cr);
}

void drawMuted(cairo_t* cr, double size) {
  cairo_set_source_rgba(cr, kMutedRed.red, kMutedRed.green, kMutedRed.blue, 1);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  strokeMicrophone(cr, size);
  const auto slash = [&](double width) {
    cairo_set_line_width(cr, width);
    cairo_move_to(cr, size * 0.16, size * 0.12);
    cairo_line_to(cr, size * 0.84, size * 0.88);
    cairo_stroke(cr);
  };
  cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);  // a line of plate around the slash sets it off
  cairo_set_source_rgba(cr, kPlate.red, kPlate.green, kPlate.blue, kPlate.alpha);
  slash(size * 0.24);
  cairo_set_operator(cr, CAIRO_OPERATOR_OVER);
  cairo_set_source_rgba(cr, kMutedRed.red, kMutedRed.green, kMutedRed.blue, 1);
  slash(size * 0.1);
}

void drawHand(cairo_t* cr, double size) {
  cairo_set_source_rgba(cr, kHandYellow.red, kHandYellow.green, kHandYellow.blue, 1);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  cairo_set_line_width(cr, size * 0.13);
  constexpr double kTips[] = {0.22, 0.10, 0.12, 0.24};  // index finger to little finger
  for (int i = 0; i < 4; ++i) {
    const double x = size * (0.36 + 0.155 * i);
    cairo_move_to(cr, x, size * (kTips[i] + 0.04));
    cairo_line_to(cr, x, size * 0.62);
  }
  cairo_move_to(cr, size * 0.14, size * 0.50);  // the thumb
  cairo_line_to(cr, size * 0.36, size * 0.74);
  cairo_stroke(cr);
  roundedRectangle(cr, size * 0.295, size * 0.46, size * 0.595, size * 0.48, size * 0.22);
  cairo_fill(cr);
}

void drawIconAt(cairo_t* cr, DrawIcon icon, double x, double y, double size) {
  cairo_save(cr);
  cairo_translate(cr, x, y);
  icon(cr, size);
  cairo_restore(cr);
}

// Cuts the text to `width` pixels; returns how wide it then is.
double fitText(PangoLayout* text, double width) {
  if (textExtents(text).width > width) {
    pango_layout_set_ellipsize(text, PANGO_ELLIPSIZE_END);
    pango_layout_set_width(text, static_cast<int>(width) * PANGO_SCALE);
  }
  return textExtents(text).width;
}

// Text is measured before the size of the picture is known.
double measuredHeight(double font) {
  Drawing scratch(1, 1);
  return textExtents(makeText(scratch.context(), "Ág", font).get()).height;
}

}  // namespace

std::shared_ptr<const mix::Overlay> renderLabel(const std::string& name, int tileWidth, int tileHeight,
                                                LabelStyle style) {
  const std::string text = cleanName(name);
  std::vector<DrawIcon> icons;
  if (style.handRaised) icons.push_back(drawHand);
  if (style.muted) icons.push_back(drawMuted);
  if ((text.empty() && icons.empty()) || tileWidth < kMinTileWidth || tileHeight < kMinTileHeight) return {};

  const Measures m(tileHeight);
  Drawing scratch(1, 1);
  const auto measured = makeText(scratch.context(), text, m.font);
  const double iconsWidth = static_cast<double>(icons.size()) * (m.icon + m.space);
  const double available = tileWidth * 0.92 - 2 * m.padX - iconsWidth;
  const double textWidth = text.empty() ? -m.space : fitText(measured.get(), std::max(available, m.font));
  const double lineHeight = measuredHeight(m.font);
  const int plateWidth = static_cast<int>(std::ceil(2 * m.padX + iconsWidth + textWidth));
  const int plateHeight = static_cast<int>(std::ceil(lineHeight + 2 * m.padY));

  Drawing drawing((plateWidth + kWidthStep - 1) / kWidthStep * kWidthStep, (plateHeight + 1) & ~1);
  cairo_t* const cr = drawing.context();
  roundedRectangle(cr, 0, 0, plateWidth, plateHeight, m.font * 0.38);
  drawing.use(kPlate);
  cairo_fill(cr);
  double x = m.padX;
  for (const DrawIcon icon : icons) {
    drawIconAt(cr, icon, x, (plateHeight - m.icon) / 2, m.icon);
    x += m.icon + m.space;
  }
  const PangoRectangle extents = textExtents(measured.get());
  drawing.use(kInk);
  cairo_move_to(cr, x - extents.x, (plateHeight - extents.height) / 2.0 - extents.y);
  pango_cairo_show_layout(cr, measured.get());
  return drawing.toOverlay();
}

}  // namespace tessera::draw
