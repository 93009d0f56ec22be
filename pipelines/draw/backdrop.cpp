// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "pipelines/draw/drawing.h"
#include "pipelines/draw/image.h"
#include "pipelines/draw/scenery.h"

namespace tessera::draw {
namespace {

constexpr int kLogoMargin = 40;  // of the canvas' height, divided by this

// Over the whole drawing; its size becomes width x height with `x` and `y` at the drawing's origin.
void paintScaled(cairo_t* cr, cairo_surface_t* image, double scale, double x, double y) {
  cairo_save(cr);
  cairo_translate(cr, x, y);
  cairo_scale(cr, scale, scale);
  cairo_set_source_surface(cr, image, 0, 0);
  cairo_pattern_set_extend(cairo_get_source(cr), CAIRO_EXTEND_PAD);  // no transparent edge
  cairo_pattern_set_filter(cairo_get_source(cr), CAIRO_FILTER_GOOD);
  cairo_paint(cr);
  cairo_restore(cr);
}

mix::Anchor anchorOf(Corner corner) {
  switch (corner) {
    case Corner::topLeft:
      return mix::Anchor::topLeft;
    case Corner::topRight:
      return mix::Anchor::topRight;
    case Corner::bottomLeft:
      return mix::Anchor::bottomLeft;
    case Corner::bottomRight:
      return mix::Anchor::bottomRight;
  }
  return mix::Anchor::topRight;
}

}  // namespace

Result<mix::FrameRef> renderBackground(const Look& look, int canvasWidth, int canvasHeight) {
  Drawing drawing(canvasWidth, canvasHeight);
  drawing.use({look.background.red / 255.0, look.background.green / 255.0, look.background.blue / 255.0});
  cairo_paint(drawing.context());
  if (!look.backgroundImage.empty()) {
    const auto image = loadImage("background image", look.backgroundImage);
    if (!image) return tl::unexpected(image.error());
    const double width = cairo_image_surface_get_width(image->get());
    const double height = cairo_image_surface_get_height(image->get());
    const double scale = std::max(canvasWidth / width, canvasHeight / height);
    paintScaled(drawing.context(), image->get(), scale, (canvasWidth - width * scale) / 2,
                (canvasHeight - height * scale) / 2);
  }
  return drawing.toFrame();
}

Result<std::vector<mix::PlacedOverlay>> renderLogo(const Look& look, int canvasHeight) {
  if (look.logo.empty()) return {};
  const auto image = loadImage("logo", look.logo);
  if (!image) return tl::unexpected(image.error());
  const double width = cairo_image_surface_get_width(image->get());
  const double height = cairo_image_surface_get_height(image->get());
  constexpr double kWidest = 4;  // a logo that is wider is a banner: as wide as this times its height
  const double wanted = canvasHeight * std::clamp(look.logoPercent, 1, 100) / 100.0;
  const double scale = std::min(wanted / height, wanted * kWidest / width);
  const int drawnWidth = std::max(static_cast<int>(std::lround(width * scale)), 1);
  const int drawnHeight = std::max(static_cast<int>(std::lround(height * scale)), 1);
  Drawing drawing((drawnWidth + 1) & ~1, (drawnHeight + 1) & ~1);
  cairo_rectangle(drawing.context(), 0, 0, drawnWidth, drawnHeight);
  cairo_clip(drawing.context());
  paintScaled(drawing.context(), image->get(), scale, 0, 0);
  const int margin = canvasHeight / kLogoMargin & ~1;
  return std::vector<mix::PlacedOverlay>{{drawing.toOverlay(), anchorOf(look.logoCorner), margin, margin}};
}

}  // namespace tessera::draw
