// SPDX-License-Identifier: Apache-2.0
#include "server/best_level.h"

#include <algorithm>

namespace tessera::server {
namespace {

int byHeight(const std::vector<RungSpec>& rungs, const CanvasSettings& canvas, int height) {
  if (height <= 0) return static_cast<int>(rungs.size());
  const int most = std::max(height, rungs.back().height);
  const auto fits = std::find_if(rungs.begin(), rungs.end(), [&](const RungSpec& rung) {
    return std::min(rung.height, canvas.height) <= most;
  });
  return static_cast<int>(fits - rungs.begin());
}

// How high the picture is on the screen, as far as its height or width allows.
int shownHeight(const CanvasSettings& canvas, int width, int height) {
  return std::min(height, canvas.height * width / canvas.width);
}

int byScreen(const std::vector<RungSpec>& rungs, const CanvasSettings& canvas, int width, int height) {
  const int needed = std::max(shownHeight(canvas, width, height), shownHeight(canvas, height, width));
  int level = 0;
  for (int i = 1; i < static_cast<int>(rungs.size()); ++i) {
    const RungSpec& rung = rungs[static_cast<std::size_t>(i)];
    const bool lower = rung.height < rungs[static_cast<std::size_t>(level)].height;
    if (lower && rung.fps > 0 && rung.height >= needed) level = i;
  }
  return level;
}

}  // namespace

int bestLevel(const std::vector<RungSpec>& rungs, const CanvasSettings& canvas, const PictureBounds& bounds) {
  int level = 0;
  if (bounds.wish) level = std::max(level, byHeight(rungs, canvas, *bounds.wish));
  if (bounds.cap > 0) level = std::max(level, byHeight(rungs, canvas, bounds.cap));
  if (bounds.screenWidth > 0 && bounds.screenHeight > 0)
    level = std::max(level, byScreen(rungs, canvas, bounds.screenWidth, bounds.screenHeight));
  return level;
}

}  // namespace tessera::server
