// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "room/media_room.h"

namespace tessera::server {

// What bounds the picture that somebody gets, whatever the network and the device would bear.
struct PictureBounds {
  std::optional<int> wish;  // height; 0: sound alone
  int cap = 0;              // the operator's, a height; 0: none
  int screenWidth = 0;      // of the device, pixels; 0: unknown
  int screenHeight = 0;
};

// The best level of the ladder within all of the bounds: 0 is the top rung, the number of rungs sound alone.
// By a height: the first rung that is not higher; if even the last one is, the first that is as low as that.
// By the screen: the lowest moving rung that still covers it, held either way.
int bestLevel(const std::vector<RungSpec>& rungs, const CanvasSettings& canvas, const PictureBounds& bounds);

}  // namespace tessera::server
