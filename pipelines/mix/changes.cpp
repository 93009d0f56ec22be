// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/changes.h"

#include <algorithm>
#include <cstddef>

#include "pipelines/mix/rects.h"

namespace tessera::mix {
namespace {

// Rects that overlap become the one around them, so that nothing is drawn twice.
void add(std::vector<Rect>& rects, Rect rect) {
  for (auto it = rects.begin(); it != rects.end();) {
    if (!overlap(*it, rect)) {
      ++it;
      continue;
    }
    rect = bounding(*it, rect);
    rects.erase(it);
    it = rects.begin();
  }
  rects.push_back(rect);
}

}  // namespace

std::vector<Rect> changes(std::span<const TileKey> shown, std::span<const TileKey> wanted) {
  std::vector<Rect> out;
  std::vector<bool> stays(shown.size(), false);
  std::size_t highest = 0;
  for (const TileKey& tile : wanted) {
    std::size_t i = 0;
    while (i < shown.size() && (stays[i] || shown[i] != tile)) ++i;
    if (i == shown.size()) {
      add(out, tile.rect);
      continue;
    }
    stays[i] = true;
    if (i < highest) add(out, tile.rect);  // one that lay below it comes to lie above
    highest = std::max(highest, i);
  }
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (!stays[i]) add(out, shown[i].rect);
  }
  return out;
}

}  // namespace tessera::mix
