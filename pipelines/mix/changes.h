// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "pipelines/mix/video_frame.h"

namespace tessera::mix {

// What a tile shows and where. Equal ones are equal pixel by pixel, as long as nothing lies over them.
struct TileKey {
  Rect rect;
  std::uint64_t look = 0;                  // of the plan: the slot, the avatar and the overlays
  std::uint64_t target = 0, sequence = 0;  // of the slot's frame; 0: the avatar
  bool moving = false;
  bool operator==(const TileKey&) const = default;
};

// The parts of a canvas that must be drawn again when it shows `shown` and is to show `wanted` (both from
// the bottom to the top): rects that do not overlap.
std::vector<Rect> changes(std::span<const TileKey> shown, std::span<const TileKey> wanted);

}  // namespace tessera::mix
