// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cairo.h>
#include <pango/pangocairo.h>

#include <memory>
#include <string>

#include "pipelines/mix/video_frame.h"

namespace tessera::draw {

struct Unref {
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(PangoLayout* layout) const { g_object_unref(layout); }
  void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
  void operator()(char* text) const { g_free(text); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

struct Colour {
  double red = 0, green = 0, blue = 0, alpha = 1;
};

// A transparent RGB picture to draw on, and its conversion to what the mixer takes.
class Drawing {
 public:
  Drawing(int width, int height);
  cairo_t* context() { return context_.get(); }
  void use(const Colour& colour);

  mix::FrameRef toFrame();  // alpha is ignored
  std::shared_ptr<const mix::Overlay> toOverlay();

 private:
  const int width_, height_;
  Owned<cairo_surface_t> surface_;
  Owned<cairo_t> context_;
};

// One line of plain text; `pixels`: font size.
Owned<PangoLayout> makeText(cairo_t* context, const std::string& text, double pixels);
PangoRectangle textExtents(PangoLayout* layout);

// One line (not empty) about the point (x, y). Capitals and digits by the height of a capital, so that an
// accent does not move them; scripts without capitals by what is inked.
void showCentred(cairo_t* context, const std::string& text, double pixels, double x, double y);

// Valid UTF-8 in composed form without control, line-break and text-direction characters, of bounded length.
std::string cleanName(const std::string& name);

// The font size, in pixels, of the label of a tile of this size.
double labelFont(int tileWidth, int tileHeight);

void roundedRectangle(cairo_t* context, double x, double y, double width, double height, double radius);

}  // namespace tessera::draw
