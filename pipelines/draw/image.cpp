// SPDX-License-Identifier: Apache-2.0
#include "pipelines/draw/image.h"

#include <gdk-pixbuf/gdk-pixbuf.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <system_error>

namespace tessera::draw {
namespace {

struct UnrefPixbuf {
  void operator()(GdkPixbuf* pixbuf) const { g_object_unref(pixbuf); }
};
using Pixbuf = std::unique_ptr<GdkPixbuf, UnrefPixbuf>;

Status checkFile(const std::string& what, const std::string& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) {
    return fail(ErrorCode::config, "{} {}: {}", what, path, failed ? failed.message() : "not a file");
  }
  const auto bytes = std::filesystem::file_size(path, failed);
  if (failed) return fail(ErrorCode::config, "{} {}: {}", what, path, failed.message());
  if (bytes > kMaxImageBytes) {
    return fail(ErrorCode::config, "{} {}: has {} bytes, at most {} are allowed", what, path, bytes,
                kMaxImageBytes);
  }
  return {};
}

// By the first bytes, so that the library's other decoders have no say. Both formats tell their size there.
bool isPngOrJpeg(const std::string& path) {
  char begin[8] = {};
  std::ifstream(path, std::ios::binary).read(begin, sizeof begin);
  return std::memcmp(begin, "\x89PNG\r\n\x1A\n", 8) == 0 || std::memcmp(begin, "\xFF\xD8\xFF", 3) == 0;
}

// What can be told without decoding it.
Status checkKind(const std::string& what, const std::string& path) {
  int width = 0, height = 0;
  if (!isPngOrJpeg(path) || !gdk_pixbuf_get_file_info(path.c_str(), &width, &height)) {
    return fail(ErrorCode::config, "{} {}: is neither a PNG nor a JPEG picture", what, path);
  }
  if (width < 1 || height < 1 || width > kMaxImageSide || height > kMaxImageSide ||
      width > kMaxImagePixels / height) {
    return fail(ErrorCode::config, "{} {}: is {}x{} pixels, at most {} a side and {} in all are allowed",
                what, path, width, height, kMaxImageSide, kMaxImagePixels);
  }
  return {};
}

// cairo's pixels: 32 bits in the machine's order, alpha in the uppermost byte, colours multiplied by it.
std::uint32_t cairoPixel(const guchar* from, bool hasAlpha) {
  const std::uint32_t alpha = hasAlpha ? from[3] : 255;
  const auto times = [alpha](std::uint32_t colour) { return (colour * alpha + 127) / 255; };
  return alpha << 24U | times(from[0]) << 16U | times(from[1]) << 8U | times(from[2]);
}

Owned<cairo_surface_t> surfaceOf(GdkPixbuf* pixbuf) {
  const int width = gdk_pixbuf_get_width(pixbuf), height = gdk_pixbuf_get_height(pixbuf);
  Owned<cairo_surface_t> surface(cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height));
  unsigned char* const to = cairo_image_surface_get_data(surface.get());
  const guchar* const from = gdk_pixbuf_read_pixels(pixbuf);
  if (!to || !from) return nullptr;
  const bool hasAlpha = gdk_pixbuf_get_has_alpha(pixbuf) != FALSE;
  const std::ptrdiff_t step = gdk_pixbuf_get_n_channels(pixbuf);
  for (int y = 0; y < height; ++y) {
    const guchar* in = from + std::ptrdiff_t{y} * gdk_pixbuf_get_rowstride(pixbuf);
    unsigned char* out = to + std::ptrdiff_t{y} * cairo_image_surface_get_stride(surface.get());
    for (int x = 0; x < width; ++x, in += step, out += sizeof(std::uint32_t)) {
      const std::uint32_t pixel = cairoPixel(in, hasAlpha);
      std::memcpy(out, &pixel, sizeof pixel);
    }
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

}  // namespace

Result<Owned<cairo_surface_t>> loadImage(const std::string& what, const std::string& path) {
  if (auto file = checkFile(what, path); !file) return tl::unexpected(file.error());
  if (auto kind = checkKind(what, path); !kind) return tl::unexpected(kind.error());
  GError* failed = nullptr;
  Pixbuf pixbuf(gdk_pixbuf_new_from_file(path.c_str(), &failed));
  if (!pixbuf) return tl::unexpected(Error::fromGError(ErrorCode::config, what + " " + path, failed));
  pixbuf.reset(gdk_pixbuf_apply_embedded_orientation(pixbuf.get()));
  auto surface = pixbuf ? surfaceOf(pixbuf.get()) : nullptr;
  if (!surface) return fail(ErrorCode::internal, "{} {}: no memory to draw it", what, path);
  return surface;
}

}  // namespace tessera::draw
