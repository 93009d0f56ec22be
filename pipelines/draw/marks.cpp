// SPDX-License-Identifier: Apache-2.0
#include "pipelines/draw/marks.h"

#include <numbers>

namespace tessera::draw {
namespace {

constexpr Colour kMutedRed{1, 0.42, 0.40, 1};
constexpr Colour kHandYellow{1, 0.80, 0.30, 1};
constexpr Colour kPoorAmber{1, 0.62, 0.20, 1};
constexpr Colour kPoorFaint{1, 1, 1, 0.35};

void use(cairo_t* cr, const Colour& colour) {
  cairo_set_source_rgba(cr, colour.red, colour.green, colour.blue, colour.alpha);
}

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

}  // namespace

void drawMuted(cairo_t* cr, double size, const Colour& plate) {
  use(cr, kMutedRed);
  cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
  strokeMicrophone(cr, size);
  const auto slash = [&](double width) {
    cairo_set_line_width(cr, width);
    cairo_move_to(cr, size * 0.16, size * 0.12);
    cairo_line_to(cr, size * 0.84, size * 0.88);
    cairo_stroke(cr);
  };
  cairo_set_operator(cr, CAIRO_OPERATOR_SOURCE);  // a line of plate around the slash sets it off
  use(cr, plate);
  slash(size * 0.24);
  cairo_set_operator(cr, CAIRO_OPERATOR_OVER);
  use(cr, kMutedRed);
  slash(size * 0.1);
}

void drawHand(cairo_t* cr, double size, const Colour& /*plate*/) {
  use(cr, kHandYellow);
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

// Four bars, of which one is lit.
void drawPoorConnection(cairo_t* cr, double size, const Colour& /*plate*/) {
  constexpr int kBars = 4;
  for (int i = 0; i < kBars; ++i) {
    const double height = size * (0.28 + 0.2 * i);
    roundedRectangle(cr, size * (0.06 + 0.235 * i), size * 0.92 - height, size * 0.17, height, size * 0.06);
    use(cr, i == 0 ? kPoorAmber : kPoorFaint);
    cairo_fill(cr);
  }
}

void drawMarkAt(cairo_t* cr, DrawMark mark, const MarkPlace& place, const Colour& plate) {
  cairo_save(cr);
  cairo_translate(cr, place.x, place.y);
  mark(cr, place.size, plate);
  cairo_restore(cr);
}

}  // namespace tessera::draw
