// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipelines/mix/frame_pool.h"
#include "pipelines/mix/video_mixer.h"

namespace tessera::mix {

// What a slot's frames are made to fit.
struct TileShape {
  int width = 0, height = 0;  // even
  Fit fit = Fit::smart;
  bool sharp = false;   // shown whole; never scaled up but by whole factors without a filter
  bool moving = false;  // its size changes: no stepping to scales that are quick
  bool operator==(const TileShape&) const = default;
};

// Which part of the source is shown where in the tile; all values even.
struct Placement {
  Rect crop;  // in the source
  Rect dest;  // in the tile
  bool operator==(const Placement&) const = default;
};
Placement place(int sourceWidth, int sourceHeight, const TileShape& tile);

// A source frame cropped and scaled for a tile: `picture` has the size of `dest`.
struct FittedFrame {
  VideoFrame picture;
  Rect dest;
  TileShape tile;
  bool scaled = false;  // false: `picture` is a window into the source's own planes
  bool fills() const { return dest.width == tile.width && dest.height == tile.height; }
};
FittedFrame fitFrame(const VideoFrame& source, const TileShape& tile, FramePool& pool);

// Whether the planes and sizes of a frame from outside can be used: 2 to kMaxSide pixels a side.
inline constexpr int kMaxSide = 8192;
bool usable(const VideoFrame& frame);

// The part of a frame; x and y even. Shares its memory.
VideoFrame window(const VideoFrame& frame, const Rect& part);

}  // namespace tessera::mix
