// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "pipelines/mix/fit.h"

namespace tessera::mix {

// What a tile shows: the number of a fitted frame, or one of these.
inline constexpr std::uint64_t kShowsAvatar = 0;
inline constexpr std::uint64_t kShowsNothing = ~std::uint64_t{0};

// One canvas-sized picture that encoders may hold on to, and what is drawn on it. Tick thread, but for the
// release of the last reference.
class Canvas : public std::enable_shared_from_this<Canvas> {
 public:
  Canvas(int width, int height);

  bool free() const { return !held_.load(std::memory_order_acquire); }
  // The picture as a frame that keeps this canvas from being drawn on.
  std::shared_ptr<const void> hold();
  const VideoFrame& picture() const { return pixels_.frame; }

  void clear();  // all background
  // `fitted` null: the avatar, or black when there is none. The rect lies inside the canvas.
  void drawTile(const TilePlan& tile, const FittedFrame* fitted);

  // What the pixels are: a plan's number and what each of its tiles shows.
  std::uint64_t plan = 0;
  std::vector<std::uint64_t> shows;
  std::uint64_t lastTick = 0;

 private:
  void copyIn(const VideoFrame& picture, int x, int y);
  void fill(const Rect& part, int luma, int u, int v);
  void drawBars(const Rect& tile, const Rect& dest);
  void blend(const Rect& tile, const PlacedOverlay& placed);

  const AlignedBytes memory_;
  const WritableFrame pixels_;
  std::atomic<bool> held_{false};
};

}  // namespace tessera::mix
