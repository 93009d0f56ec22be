// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/canvas_planner.h"

#include <algorithm>

#include "room/layout.h"

namespace tessera {
namespace {

// Takes `key` from the last plan's drawings, or draws it.
template <class Map, class Draw>
typename Map::mapped_type reuse(Map& last, Map& used, const typename Map::key_type& key, Draw drawNew) {
  if (const auto again = used.find(key); again != used.end()) return again->second;
  const auto found = last.find(key);
  auto drawn = found == last.end() ? drawNew() : found->second;
  used.emplace(key, drawn);
  return drawn;
}

}  // namespace

CanvasPlan CanvasPlanner::plan(const std::vector<Sitter>& sitters) {
  const int count = static_cast<int>(std::min(sitters.size(), kMaxTiles));
  CanvasPlan result;
  if (count > 0) {
    const auto rects = gridLayout(count, canvas_.width, canvas_.height);
    for (std::size_t i = 0; i < rects.size(); ++i) {
      const auto& [x, y, width, height] = rects[i];
      const Sitter& sitter = sitters[i];
      mix::TilePlan tile;
      tile.slot = sitter.slot;
      tile.rect = {x, y, width, height};
      tile.showVideo = sitter.showVideo;
      tile.avatar = avatarFor(sitter, width, height);
      if (auto label = labelFor(sitter, width, height)) {
        const int margin = std::max(2, height / 45) & ~1;  // even, for the chroma
        tile.overlays.push_back({std::move(label), mix::Anchor::bottomLeft, margin, margin});
      }
      result.plan.tiles.push_back(std::move(tile));
      result.tiles.push_back({sitter.id, "main", x, y, width, height});
    }
  }
  labels_ = std::exchange(usedLabels_, {});
  avatars_ = std::exchange(usedAvatars_, {});
  return result;
}

CanvasPlanner::Label CanvasPlanner::labelFor(const Sitter& sitter, int width, int height) {
  return reuse(labels_, usedLabels_,
               {sitter.name, width, height, sitter.style.muted, sitter.style.handRaised},
               [&] { return draw::renderLabel(sitter.name, width, height, sitter.style); });
}

mix::FrameRef CanvasPlanner::avatarFor(const Sitter& sitter, int width, int height) {
  return reuse(avatars_, usedAvatars_, {sitter.name, sitter.id.value, width, height},
               [&] { return draw::renderAvatar(sitter.name, sitter.id.value, width, height); });
}

}  // namespace tessera
