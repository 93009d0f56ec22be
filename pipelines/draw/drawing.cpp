// SPDX-License-Identifier: Apache-2.0
#include "pipelines/draw/drawing.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <vector>

namespace tessera::draw {
namespace {

constexpr glong kMaxCharacters = 128;  // no plate is longer

// BT.601, limited range, from 8-bit RGB (ITU-R BT.601-7, section 2.5.1 to 2.5.3).
std::uint8_t luma(double r, double g, double b) {
  return static_cast<std::uint8_t>(16.5 + 0.256788 * r + 0.504129 * g + 0.097906 * b);
}
std::uint8_t blueDifference(double r, double g, double b) {
  return static_cast<std::uint8_t>(128.5 - 0.148223 * r - 0.290993 * g + 0.439216 * b);
}
std::uint8_t redDifference(double r, double g, double b) {
  return static_cast<std::uint8_t>(128.5 + 0.439216 * r - 0.367788 * g - 0.071427 * b);
}

// The memory of one overlay or frame: three planes and an alpha plane.
struct Planes {
  Planes(int width, int height)
      : chromaWidth((width + 1) / 2),
        y(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), 16),
        u(static_cast<std::size_t>(chromaWidth) * static_cast<std::size_t>((height + 1) / 2), 128),
        v(u),
        alpha(y.size(), 0) {}
  int chromaWidth;
  std::vector<std::uint8_t> y, u, v, alpha;
};

// Sums of premultiplied colour and of alpha over some pixels, which give their mean colour weighted by alpha.
struct Mean {
  double red = 0, green = 0, blue = 0, alpha = 0;
  void add(std::uint32_t pixel) {
    alpha += pixel >> 24U;
    red += (pixel >> 16U) & 0xFFU;
    green += (pixel >> 8U) & 0xFFU;
    blue += pixel & 0xFFU;
  }
  std::array<double, 3> colour() const {
    const auto straight = [this](double sum) { return std::min(sum * 255 / alpha, 255.0); };
    return {straight(red), straight(green), straight(blue)};
  }
};

class Pixels {
 public:
  explicit Pixels(cairo_surface_t* surface)
      : data_(cairo_image_surface_get_data(surface)), stride_(cairo_image_surface_get_stride(surface)) {}
  std::uint32_t at(int x, int y) const {
    std::uint32_t pixel = 0;
    std::memcpy(&pixel, data_ + std::ptrdiff_t{y} * stride_ + std::ptrdiff_t{x} * 4, sizeof pixel);
    return pixel;
  }

 private:
  const unsigned char* data_;
  int stride_;
};

void convertLuma(const Pixels& pixels, int width, int height, Planes& planes) {
  std::size_t at = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x, ++at) {
      Mean mean;
      mean.add(pixels.at(x, y));
      planes.alpha[at] = static_cast<std::uint8_t>(mean.alpha);
      if (mean.alpha == 0) continue;
      const auto [r, g, b] = mean.colour();
      planes.y[at] = luma(r, g, b);
    }
  }
}

void convertChroma(const Pixels& pixels, int width, int height, Planes& planes) {
  std::size_t at = 0;
  for (int y = 0; y < height; y += 2) {
    for (int x = 0; x < width; x += 2, ++at) {
      Mean mean;
      for (int i = 0; i < 4; ++i) {
        mean.add(pixels.at(std::min(x + i % 2, width - 1), std::min(y + i / 2, height - 1)));
      }
      if (mean.alpha == 0) continue;
      const auto [r, g, b] = mean.colour();
      planes.u[at] = blueDifference(r, g, b);
      planes.v[at] = redDifference(r, g, b);
    }
  }
}

std::shared_ptr<const Planes> convert(cairo_surface_t* surface, int width, int height) {
  cairo_surface_flush(surface);
  const auto planes = std::make_shared<Planes>(width, height);
  const Pixels pixels(surface);
  convertLuma(pixels, width, height, *planes);
  convertChroma(pixels, width, height, *planes);
  return planes;
}

mix::VideoFrame frameOver(const std::shared_ptr<const Planes>& planes, int width, int height) {
  return {.width = width,
          .height = height,
          .y = planes->y.data(),
          .u = planes->u.data(),
          .v = planes->v.data(),
          .strideY = width,
          .strideU = planes->chromaWidth,
          .strideV = planes->chromaWidth,
          .memory = planes};
}

bool changesDirection(gunichar c) {
  return (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

Drawing::Drawing(int width, int height)
    : width_(width),
      height_(height),
      surface_(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height)),
      context_(cairo_create(surface_.get())) {}

void Drawing::use(const Colour& colour) {
  cairo_set_source_rgba(context_.get(), colour.red, colour.green, colour.blue, colour.alpha);
}

mix::FrameRef Drawing::toFrame() {
  return std::make_shared<mix::VideoFrame>(
      frameOver(convert(surface_.get(), width_, height_), width_, height_));
}

std::shared_ptr<const mix::Overlay> Drawing::toOverlay() {
  const auto planes = convert(surface_.get(), width_, height_);
  return std::make_shared<mix::Overlay>(
      mix::Overlay{frameOver(planes, width_, height_), planes->alpha.data(), width_});
}

Owned<PangoLayout> makeText(cairo_t* context, const std::string& text, double pixels) {
  Owned<PangoLayout> layout(pango_cairo_create_layout(context));
  const Owned<PangoFontDescription> font(pango_font_description_new());
  pango_font_description_set_family(font.get(), "Noto Sans,DejaVu Sans,Sans");
  pango_font_description_set_weight(font.get(), PANGO_WEIGHT_SEMIBOLD);
  pango_font_description_set_absolute_size(font.get(), pixels * PANGO_SCALE);
  pango_layout_set_font_description(layout.get(), font.get());
  pango_layout_set_single_paragraph_mode(layout.get(), TRUE);
  pango_layout_set_text(layout.get(), text.c_str(), static_cast<int>(text.size()));
  return layout;
}

PangoRectangle textExtents(PangoLayout* layout) {
  PangoRectangle logical{};
  pango_layout_get_pixel_extents(layout, nullptr, &logical);
  return logical;
}

void showCentred(cairo_t* cr, const std::string& text, double pixels, double x, double y) {
  PangoRectangle capital{}, ink{};
  pango_layout_get_pixel_extents(makeText(cr, "H", pixels).get(), &capital, nullptr);
  const auto layout = makeText(cr, text, pixels);
  pango_layout_get_pixel_extents(layout.get(), &ink, nullptr);
  const gunichar last = g_utf8_get_char(g_utf8_prev_char(text.c_str() + text.size()));
  const bool onBaseline = g_unichar_isupper(last) || g_unichar_isdigit(last);
  const double top =
      onBaseline ? y + capital.height / 2.0 - pango_layout_get_baseline(layout.get()) / double{PANGO_SCALE}
                 : y - ink.y - ink.height / 2.0;
  cairo_move_to(cr, x - ink.x - ink.width / 2.0, top);
  pango_cairo_show_layout(cr, layout.get());
}

std::string cleanName(const std::string& name) {
  const Owned<char> valid(g_utf8_make_valid(name.data(), static_cast<gssize>(name.size())));
  const Owned<char> composed(g_utf8_normalize(valid.get(), -1, G_NORMALIZE_NFC));
  std::string out;
  glong count = 0;
  for (const char* p = composed ? composed.get() : ""; *p != 0 && count < kMaxCharacters;
       p = g_utf8_next_char(p), ++count) {
    const gunichar c = g_utf8_get_char(p);
    if (changesDirection(c)) continue;
    if (g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029) {
      out += ' ';
    } else {
      out.append(p, static_cast<std::size_t>(g_utf8_next_char(p) - p));
    }
  }
  const auto first = out.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return out.substr(first, out.find_last_not_of(' ') - first + 1);
}

void roundedRectangle(cairo_t* context, double x, double y, double width, double height, double radius) {
  constexpr double kQuarter = std::numbers::pi / 2;
  const double r = std::min({radius, width / 2, height / 2});
  cairo_new_sub_path(context);
  cairo_arc(context, x + width - r, y + r, r, -kQuarter, 0);
  cairo_arc(context, x + width - r, y + height - r, r, 0, kQuarter);
  cairo_arc(context, x + r, y + height - r, r, kQuarter, 2 * kQuarter);
  cairo_arc(context, x + r, y + r, r, 2 * kQuarter, 3 * kQuarter);
  cairo_close_path(context);
}

}  // namespace tessera::draw
