// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/canvas.h"

#include <libyuv/convert.h>
#include <libyuv/planar_functions.h>

#include <algorithm>
#include <cstddef>

#include "pipelines/mix/rects.h"

namespace tessera::mix {
namespace {

// Where the planes of a picture begin at a pixel; x and y even.
struct Planes {
  std::uint8_t *y, *u, *v;
};
Planes planesAt(const WritableFrame& picture, int x, int y) {
  const std::ptrdiff_t chroma = std::ptrdiff_t{y / 2} * picture.frame.strideU + x / 2;
  return {picture.y + std::ptrdiff_t{y} * picture.frame.strideY + x, picture.u + chroma, picture.v + chroma};
}

// Where an overlay comes to lie on `area`; even.
Rect placeOf(const PlacedOverlay& placed, const Rect& area) {
  const VideoFrame& frame = placed.overlay->frame;
  const bool right = placed.anchor == Anchor::topRight || placed.anchor == Anchor::bottomRight;
  const bool bottom = placed.anchor == Anchor::bottomLeft || placed.anchor == Anchor::bottomRight;
  const int x = right ? area.width - placed.x - frame.width : placed.x;
  const int y = bottom ? area.height - placed.y - frame.height : placed.y;
  return {area.x + (x & ~1), area.y + (y & ~1), frame.width, frame.height};
}

}  // namespace

Canvas::Canvas(int width, int height)
    : memory_(allocateAligned(i420Bytes(width, height))), pixels_(i420Over(memory_.get(), width, height)) {}

std::shared_ptr<const void> Canvas::hold() {
  held_.store(true, std::memory_order_relaxed);
  return {memory_.get(),
          [self = shared_from_this()](const void*) { self->held_.store(false, std::memory_order_release); }};
}

void Canvas::draw(const Rect& clip, const Backdrop& behind, std::span<const TileLayer> tiles) {
  const auto covers = [&](const TileLayer& tile) { return contains(tile.key.rect, clip); };
  std::size_t first = tiles.size();
  while (first > 0 && !covers(tiles[first - 1])) --first;
  if (first > 0)
    --first;
  else if (behind.background)
    copyIn(*behind.background, area(), clip);
  else
    fill(area(), clip, behind.colour);
  for (const TileLayer& tile : tiles.subspan(first)) drawTile(tile, clip, behind.empty);
  for (const PlacedOverlay& placed : behind.overlays) blend(area(), placed, clip);
}

void Canvas::drawTile(const TileLayer& tile, const Rect& clip, const Colour& bars) {
  const Rect& rect = tile.key.rect;
  const Rect inside = intersection(rect, clip);
  if (empty(inside)) return;
  if (tile.picture.y) {
    const Rect at{rect.x + tile.dest.x, rect.y + tile.dest.y, tile.dest.width, tile.dest.height};
    drawBars(rect, at, clip, bars);
    copyIn(tile.picture, at, clip);
  } else {
    fill(rect, clip, bars);
  }
  for (const PlacedOverlay& placed : tile.plan->overlays) {
    if (placed.whileGliding || !tile.key.moving) blend(rect, placed, inside);
  }
}

void Canvas::drawBars(const Rect& tile, const Rect& picture, const Rect& clip, const Colour& colour) {
  const int right = picture.x + picture.width;
  const int bottom = picture.y + picture.height;
  fill({tile.x, tile.y, tile.width, picture.y - tile.y}, clip, colour);
  fill({tile.x, bottom, tile.width, tile.y + tile.height - bottom}, clip, colour);
  fill({tile.x, picture.y, picture.x - tile.x, picture.height}, clip, colour);
  fill({right, picture.y, tile.x + tile.width - right, picture.height}, clip, colour);
}

void Canvas::fill(const Rect& whole, const Rect& clip, const Colour& colour) {
  const Rect part = intersection(whole, clip);
  if (empty(part)) return;
  libyuv::I420Rect(pixels_.y, pixels_.frame.strideY, pixels_.u, pixels_.frame.strideU, pixels_.v,
                   pixels_.frame.strideV, part.x, part.y, part.width, part.height, colour.y, colour.u,
                   colour.v);
}

void Canvas::copyIn(const VideoFrame& picture, const Rect& at, const Rect& clip) {
  const Rect part = intersection(at, clip);
  if (empty(part)) return;
  const VideoFrame from = window(picture, {part.x - at.x, part.y - at.y, part.width, part.height});
  const Planes to = planesAt(pixels_, part.x, part.y);
  libyuv::I420Copy(from.y, from.strideY, from.u, from.strideU, from.v, from.strideV, to.y,
                   pixels_.frame.strideY, to.u, pixels_.frame.strideU, to.v, pixels_.frame.strideV,
                   part.width, part.height);
}

void Canvas::blend(const Rect& on, const PlacedOverlay& placed, const Rect& clip) {
  const Rect at = placeOf(placed, on);
  const Rect part = intersection(at, clip);
  if (empty(part)) return;
  const Overlay& overlay = *placed.overlay;
  const Rect inside{part.x - at.x, part.y - at.y, part.width, part.height};
  const VideoFrame from = window(overlay.frame, inside);
  const std::uint8_t* alpha = overlay.alpha + std::ptrdiff_t{inside.y} * overlay.strideAlpha + inside.x;
  const Planes to = planesAt(pixels_, part.x, part.y);
  const VideoFrame& canvas = pixels_.frame;
  libyuv::I420Blend(from.y, from.strideY, from.u, from.strideU, from.v, from.strideV, to.y, canvas.strideY,
                    to.u, canvas.strideU, to.v, canvas.strideV, alpha, overlay.strideAlpha, to.y,
                    canvas.strideY, to.u, canvas.strideU, to.v, canvas.strideV, part.width, part.height);
}

}  // namespace tessera::mix
