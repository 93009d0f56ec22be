// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipelines/draw/drawing.h"

namespace tessera::draw {

// The marks of a label, each drawn into a square of `size` at the origin; `plate` is what it stands on.
using DrawMark = void (*)(cairo_t* cr, double size, const Colour& plate);
void drawMuted(cairo_t* cr, double size, const Colour& plate);
void drawHand(cairo_t* cr, double size, const Colour& plate);
void drawPoorConnection(cairo_t* cr, double size, const Colour& plate);

struct MarkPlace {
  double x = 0, y = 0, size = 0;
};
void drawMarkAt(cairo_t* cr, DrawMark mark, const MarkPlace& place, const Colour& plate);

}  // namespace tessera::draw
