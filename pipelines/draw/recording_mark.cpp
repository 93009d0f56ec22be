// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>

#include "pipelines/draw/drawing.h"
#include "pipelines/draw/scenery.h"

namespace tessera::draw {
namespace {

constexpr Colour kPlate{0.05, 0.06, 0.08, 0.58};
constexpr Colour kOpaquePlate{0, 0, 0, 1};
constexpr Colour kInk{1, 1, 1, 1};
constexpr Colour kRed{1, 0.23, 0.21, 1};
constexpr double kCapitals = 0.73;  // of the font size: the height of the letters, and of the dot

int even(double pixels) {
  return static_cast<int>(std::ceil(pixels / 2)) * 2;
}

}  // namespace

std::shared_ptr<const mix::Overlay> renderRecordingMark(int canvasHeight, bool highContrast) {
  const double font = std::max(canvasHeight * 0.021 * (highContrast ? 1.3 : 1), highContrast ? 11.0 : 9.0);
  const double dot = font * kCapitals, padding = std::round(font * 0.5), space = std::round(font * 0.36);
  Drawing scratch(1, 1);  // text is measured before the size of the picture is known
  const double letters = textExtents(makeText(scratch.context(), "REC", font).get()).width;
  const int width = even(2 * padding + dot + space + letters);
  const int height = even(font * 1.6);

  Drawing drawing(width, height);
  cairo_t* const cr = drawing.context();
  roundedRectangle(cr, 0, 0, width, height, font * 0.45);
  drawing.use(highContrast ? kOpaquePlate : kPlate);
  cairo_fill(cr);
  drawing.use(kRed);
  cairo_arc(cr, padding + dot / 2, height / 2.0, dot / 2, 0, 2 * std::numbers::pi);
  cairo_fill(cr);
  drawing.use(kInk);
  showCentred(cr, "REC", font, padding + dot + space + letters / 2, height / 2.0);
  return drawing.toOverlay();
}

}  // namespace tessera::draw
