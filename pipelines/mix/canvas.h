// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "pipelines/mix/active_plan.h"
#include "pipelines/mix/changes.h"

namespace tessera::mix {

// A tile as a tick draws it.
struct TileLayer {
  TileKey key;
  const TilePlan* plan = nullptr;
  VideoFrame picture;  // cropped and scaled; no planes: nothing to show
  Rect dest;           // of the picture, in the tile; what is left are bars
};

// One canvas-sized picture that encoders may hold on to, and what is drawn on it. Tick thread, but for the
// release of the last reference.
class Canvas : public std::enable_shared_from_this<Canvas> {
 public:
  Canvas(int width, int height);

  bool free() const { return !held_.load(std::memory_order_acquire); }
  // The picture as a frame that keeps this canvas from being drawn on.
  std::shared_ptr<const void> hold();
  const VideoFrame& picture() const { return pixels_.frame; }
  Rect area() const { return {0, 0, pixels_.frame.width, pixels_.frame.height}; }

  // Draws all there is inside `clip` (even, on the canvas) from the bottom up: the background, where no tile
  // covers all of it, the tiles, and the backdrop's overlays.
  void draw(const Rect& clip, const Backdrop& behind, std::span<const TileLayer> tiles);

  // What the pixels are.
  std::shared_ptr<const Backdrop> backdrop;  // null: nothing yet
  std::vector<TileKey> shows;
  std::uint64_t lastTick = 0;

 private:
  void copyIn(const VideoFrame& picture, const Rect& at, const Rect& clip);
  void fill(const Rect& whole, const Rect& clip, const Colour& colour);
  void drawTile(const TileLayer& tile, const Rect& clip, const Colour& bars);
  void drawBars(const Rect& tile, const Rect& picture, const Rect& clip, const Colour& colour);
  void blend(const Rect& on, const PlacedOverlay& placed, const Rect& clip);

  const AlignedBytes memory_;
  const WritableFrame pixels_;
  std::atomic<bool> held_{false};
};

}  // namespace tessera::mix
