// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/canvas.h"

#include <libyuv/convert.h>
#include <libyuv/planar_functions.h>

#include <algorithm>
#include <cstddef>

namespace tessera::mix {
namespace {

constexpr int kBlack = 16;
constexpr int kNeutral = 128;
constexpr int kBackgroundLuma = 30;  // a very dark, slightly blue grey
constexpr int kBackgroundU = 131;
constexpr int kBackgroundV = 127;

}  // namespace

Canvas::Canvas(int width, int height)
    : memory_(allocateAligned(i420Bytes(width, height))), pixels_(i420Over(memory_.get(), width, height)) {
  clear();
}

std::shared_ptr<const void> Canvas::hold() {
  held_.store(true, std::memory_order_relaxed);
  return {memory_.get(),
          [self = shared_from_this()](const void*) { self->held_.store(false, std::memory_order_release); }};
}

void Canvas::fill(const Rect& part, int luma, int u, int v) {
  if (part.width <= 0 || part.height <= 0) return;
  libyuv::I420Rect(pixels_.y, pixels_.frame.strideY, pixels_.u, pixels_.frame.strideU, pixels_.v,
                   pixels_.frame.strideV, part.x, part.y, part.width, part.height, luma, u, v);
}

void Canvas::clear() {
  fill({0, 0, pixels_.frame.width, pixels_.frame.height}, kBackgroundLuma, kBackgroundU, kBackgroundV);
}

void Canvas::copyIn(const VideoFrame& picture, int x, int y) {
  const VideoFrame& to = pixels_.frame;
  const std::ptrdiff_t luma = std::ptrdiff_t{y} * to.strideY + x;
  const std::ptrdiff_t chroma = std::ptrdiff_t{y / 2} * to.strideU + x / 2;
  libyuv::I420Copy(picture.y, picture.strideY, picture.u, picture.strideU, picture.v, picture.strideV,
                   pixels_.y + luma, to.strideY, pixels_.u + chroma, to.strideU, pixels_.v + chroma,
                   to.strideV, picture.width, picture.height);
}

void Canvas::drawBars(const Rect& tile, const Rect& dest) {
  const int right = dest.x + dest.width;
  const int bottom = dest.y + dest.height;
  const auto bar = [&](int x, int y, int width, int height) {
    fill({tile.x + x, tile.y + y, width, height}, kBlack, kNeutral, kNeutral);
  };
  bar(0, 0, tile.width, dest.y);
  bar(0, bottom, tile.width, tile.height - bottom);
  bar(0, dest.y, dest.x, dest.height);
  bar(right, dest.y, tile.width - right, dest.height);
}

void Canvas::drawTile(const TilePlan& tile, const FittedFrame* fitted) {
  const Rect& rect = tile.rect;
  if (fitted) {
    drawBars(rect, fitted->dest);
    copyIn(fitted->picture, rect.x + fitted->dest.x, rect.y + fitted->dest.y);
  } else if (tile.avatar) {
    copyIn(*tile.avatar, rect.x, rect.y);
  } else {
    fill(rect, kBlack, kNeutral, kNeutral);
  }
  for (const PlacedOverlay& placed : tile.overlays) blend(rect, placed);
}

// The part of the overlay that lies inside its tile.
void Canvas::blend(const Rect& tile, const PlacedOverlay& placed) {
  const Overlay& label = *placed.overlay;
  const bool right = placed.anchor == Anchor::topRight || placed.anchor == Anchor::bottomRight;
  const bool bottom = placed.anchor == Anchor::bottomLeft || placed.anchor == Anchor::bottomRight;
  const int x = (right ? tile.width - placed.x - label.frame.width : placed.x) & ~1;
  const int y = (bottom ? tile.height - placed.y - label.frame.height : placed.y) & ~1;
  const int width = std::min(label.frame.width, tile.width - x);
  const int height = std::min(label.frame.height, tile.height - y);
  if (x < 0 || y < 0 || width <= 0 || height <= 0) return;
  const VideoFrame& to = pixels_.frame;
  const std::ptrdiff_t luma = std::ptrdiff_t{tile.y + y} * to.strideY + tile.x + x;
  const std::ptrdiff_t chroma = std::ptrdiff_t{(tile.y + y) / 2} * to.strideU + (tile.x + x) / 2;
  std::uint8_t* const py = pixels_.y + luma;
  std::uint8_t* const pu = pixels_.u + chroma;
  std::uint8_t* const pv = pixels_.v + chroma;
  const VideoFrame& from = label.frame;
  libyuv::I420Blend(from.y, from.strideY, from.u, from.strideU, from.v, from.strideV, py, to.strideY, pu,
                    to.strideU, pv, to.strideV, label.alpha, label.strideAlpha, py, to.strideY, pu,
                    to.strideU, pv, to.strideV, width, height);
}

}  // namespace tessera::mix
