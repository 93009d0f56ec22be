// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/fit.h"

#include <libyuv/scale.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace tessera::mix {
namespace {

// Scales of tile to source at which libyuv is about ten times as fast as between them (and 1 costs nothing),
// and how much may be zoomed into a cropped picture to come to one.
struct Scale {
  int tile, source;
};
constexpr Scale kQuickScales[] = {{1, 1}, {3, 4}, {1, 2}, {3, 8}, {1, 4}};
constexpr double kMaxZoom = 1.06;

// Beyond this bilinear scaling passes over pixels; up to it, it costs half of the box filter.
constexpr double kMaxBilinear = 2.4;

int evenDown(int value) {
  return value & ~1;
}

// value * numerator / denominator, to the nearest even number from 2 to `limit` (even).
int evenRatio(int value, int numerator, int denominator, int limit) {
  const auto exact = static_cast<double>(value) * numerator / denominator;
  return std::clamp(2 * static_cast<int>(exact / 2 + 0.5), 2, limit);
}

Rect centred(int width, int height, int outerWidth, int outerHeight) {
  return {evenDown((outerWidth - width) / 2), evenDown((outerHeight - height) / 2), width, height};
}

bool letterboxed(int width, int height, const TileShape& tile) {
  if (tile.fit != Fit::smart) return tile.fit == Fit::fit;
  const double across = static_cast<double>(width) * tile.height;
  const double along = static_cast<double>(height) * tile.width;
  return std::min(across, along) < (1 - kMaxCrop) * std::max(across, along);
}

// Rounds value * 219 / 255 and value * 224 / 255 (ITU-R BT.709-6, section 3.4) in 16 bits of fraction.
void limitPlane(std::uint8_t* plane, std::size_t bytes, std::uint32_t factor, std::uint32_t offset) {
  for (std::size_t i = 0; i < bytes; ++i)
    plane[i] = static_cast<std::uint8_t>((plane[i] * factor + offset) >> 16);
}

void limitRange(WritableFrame& out) {
  constexpr std::uint32_t kHalf = 1 << 15;
  constexpr std::uint32_t kLuma = (219 << 16) / 255;
  constexpr std::uint32_t kChroma = (224 << 16) / 255;
  const auto rows = static_cast<std::size_t>(out.frame.height);
  const auto chromaRows = (rows + 1) / 2;
  limitPlane(out.y, rows * static_cast<std::size_t>(out.frame.strideY), kLuma, (16 << 16) + kHalf);
  for (const auto& [plane, stride] : {std::pair{out.u, out.frame.strideU}, {out.v, out.frame.strideV}})
    limitPlane(plane, chromaRows * static_cast<std::size_t>(stride), kChroma,
               (128 << 16) - 128 * kChroma + kHalf);
}

std::uint8_t clampToByte(float value) {
  return static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F));
}

// Both of limited range. Luma changes by what its 2x2 block's chroma says.
void bt709ToBt601(WritableFrame& out) {
  constexpr float kLumaPerChroma = 219.0F / 224.0F;
  const VideoFrame& frame = out.frame;
  for (int row = 0; row < (frame.height + 1) / 2; ++row) {
    std::uint8_t* u = out.u + std::ptrdiff_t{row} * frame.strideU;
    std::uint8_t* v = out.v + std::ptrdiff_t{row} * frame.strideV;
    std::uint8_t* y = out.y + std::ptrdiff_t{2 * row} * frame.strideY;
    const int below = 2 * row + 1 < frame.height ? frame.strideY : 0;
    for (int column = 0; column < frame.width / 2; ++column, y += 2) {
      const float cb = static_cast<float>(u[column]) - 128;
      const float cr = static_cast<float>(v[column]) - 128;
      const float shift = kLumaPerChroma * (0.101579F * cb + 0.196076F * cr);
      for (std::uint8_t* pixel : {y, y + 1}) {
        *pixel = clampToByte(static_cast<float>(*pixel) + shift);
        if (below) pixel[below] = clampToByte(static_cast<float>(pixel[below]) + shift);
      }
      u[column] = clampToByte(128 + 0.989854F * cb - 0.110653F * cr);
      v[column] = clampToByte(128 - 0.072453F * cb + 0.983398F * cr);
    }
  }
}

// The sides of the part of a source that fills the tile.
Rect filling(int width, int height, const TileShape& tile) {
  const bool wider = std::int64_t{width} * tile.height > std::int64_t{height} * tile.width;
  const Rect most{0, 0, wider ? evenRatio(height, tile.width, tile.height, width) : width,
                  wider ? height : evenRatio(width, tile.height, tile.width, height)};
  if (tile.moving) return most;
  const double source = static_cast<double>(width) * height;
  for (const Scale& scale : kQuickScales) {
    const int w = tile.width * scale.source / scale.tile;
    const int h = tile.height * scale.source / scale.tile;
    const bool exact = w * scale.tile == tile.width * scale.source && w % 2 == 0 &&
                       h * scale.tile == tile.height * scale.source && h % 2 == 0;
    const bool near = w <= width && h <= height && most.width <= kMaxZoom * w && most.height <= kMaxZoom * h;
    const bool allowed = tile.fit == Fit::fill || static_cast<double>(w) * h >= (1 - kMaxCrop) * source;
    if (exact && near && allowed) return {0, 0, w, h};
  }
  return most;
}

libyuv::FilterMode filterFor(const VideoFrame& from, const Rect& to, bool sharp) {
  if (sharp) return to.width > from.width ? libyuv::kFilterNone : libyuv::kFilterBox;
  const bool bilinear = from.width <= kMaxBilinear * to.width && from.height <= kMaxBilinear * to.height;
  return bilinear ? libyuv::kFilterBilinear : libyuv::kFilterBox;
}

}  // namespace

Placement place(int sourceWidth, int sourceHeight, const TileShape& tile) {
  const int width = evenDown(sourceWidth);
  const int height = evenDown(sourceHeight);
  const Rect whole{0, 0, width, height};
  const int times = tile.sharp ? std::min(tile.width / width, tile.height / height) : 0;
  if (times > 0) return {whole, centred(times * width, times * height, tile.width, tile.height)};
  if (tile.sharp || letterboxed(width, height, tile)) {
    const bool wider = std::int64_t{width} * tile.height > std::int64_t{height} * tile.width;
    const int w = wider ? tile.width : evenRatio(tile.height, width, height, tile.width);
    const int h = wider ? evenRatio(tile.width, height, width, tile.height) : tile.height;
    return {whole, centred(w, h, tile.width, tile.height)};
  }
  const Rect part = filling(width, height, tile);
  return {centred(part.width, part.height, width, height), {0, 0, tile.width, tile.height}};
}

VideoFrame window(const VideoFrame& frame, const Rect& part) {
  VideoFrame out = frame;
  out.width = part.width;
  out.height = part.height;
  out.y += std::ptrdiff_t{part.y} * frame.strideY + part.x;
  out.u += std::ptrdiff_t{part.y / 2} * frame.strideU + part.x / 2;
  out.v += std::ptrdiff_t{part.y / 2} * frame.strideV + part.x / 2;
  return out;
}

FittedFrame fitFrame(const VideoFrame& source, const TileShape& tile, FramePool& pool) {
  const Placement placement = place(source.width, source.height, tile);
  const VideoFrame cropped = window(source, placement.crop);
  const Rect& dest = placement.dest;
  const bool sameSize = cropped.width == dest.width && cropped.height == dest.height;
  if (sameSize && !source.fullRange) return {cropped, dest, tile, false};
  WritableFrame out = pool.acquire(dest.width, dest.height);
  libyuv::I420Scale(cropped.y, cropped.strideY, cropped.u, cropped.strideU, cropped.v, cropped.strideV,
                    cropped.width, cropped.height, out.y, out.frame.strideY, out.u, out.frame.strideU, out.v,
                    out.frame.strideV, dest.width, dest.height, filterFor(cropped, dest, tile.sharp));
  if (source.fullRange) limitRange(out);
  if (source.fullRange && source.bt709) bt709ToBt601(out);
  out.frame.captured = source.captured;
  return {std::move(out.frame), dest, tile, true};
}

bool usable(const VideoFrame& frame) {
  const auto sideOk = [](int side) { return side >= 2 && side <= kMaxSide; };
  const int chromaWidth = (frame.width + 1) / 2;
  return sideOk(frame.width) && sideOk(frame.height) && frame.y && frame.u && frame.v &&
         frame.strideY >= frame.width && frame.strideU >= chromaWidth && frame.strideV >= chromaWidth;
}

}  // namespace tessera::mix
