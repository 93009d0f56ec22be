// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/scene_planner.h"

#include <algorithm>

namespace tessera {
namespace {

constexpr int kMarkMargin = 40;  // of the canvas' height, divided by this

static_assert(mix::kMaxCrop == kMaxSmartCrop, "the layout and the mixer mean the same by `smart`");

mix::Fit fitOf(TileFit fit) {
  switch (fit) {
    case TileFit::fill:
      return mix::Fit::fill;
    case TileFit::fit:
      return mix::Fit::fit;
    case TileFit::smart:
      return mix::Fit::smart;
  }
  return mix::Fit::smart;
}

bool overlap(const mix::Rect& a, const mix::Rect& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

mix::Rect placeOf(const mix::PlacedOverlay& placed, const mix::Rect& within) {
  const mix::VideoFrame& frame = placed.overlay->frame;
  const bool right = placed.anchor == mix::Anchor::topRight || placed.anchor == mix::Anchor::bottomRight;
  const bool bottom = placed.anchor == mix::Anchor::bottomLeft || placed.anchor == mix::Anchor::bottomRight;
  return {within.x + (right ? within.width - placed.x - frame.width : placed.x),
          within.y + (bottom ? within.height - placed.y - frame.height : placed.y), frame.width,
          frame.height};
}

// Whether a label or the logo is where `wanted` would be.
bool taken(const mix::VideoPlan& plan, const mix::Rect& canvas, const mix::Rect& wanted) {
  const auto hits = [&](const mix::Rect& within) {
    return [&wanted, within](const mix::PlacedOverlay& one) {
      return one.whileGliding && overlap(placeOf(one, within), wanted);  // what does not is border or corner
    };
  };
  return std::ranges::any_of(plan.overlays, hits(canvas)) ||
         std::ranges::any_of(plan.tiles, [&](const mix::TilePlan& tile) {
           return std::ranges::any_of(tile.overlays, hits(tile.rect));
         });
}

// Corners are filled with the background: not where another tile lies below, nor where the tile is the whole
// picture, whose corners are the window's.
bool roundable(const mix::Rect& rect, const mix::VideoPlan& below) {
  if (rect == mix::Rect{0, 0, below.width, below.height}) return false;
  return std::ranges::none_of(below.tiles, [&](const auto& tile) { return overlap(tile.rect, rect); });
}

mix::TilePlan emptyTile(const SceneTile& tile) {
  mix::TilePlan plan;
  plan.rect = {tile.rect.x, tile.rect.y, tile.rect.width, tile.rect.height};
  plan.fit = fitOf(tile.fit);
  return plan;
}

}  // namespace

CanvasPlan ScenePlanner::plan(const Scene& scene, const std::vector<Sitter>& sitters,
                              const CanvasSettings& canvas) {
  drawings_.setCanvas(canvas);
  CanvasPlan result;
  result.plan.width = canvas.width;
  result.plan.height = canvas.height;
  result.plan.background = drawings_.background();
  result.plan.overlays = drawings_.logo();
  result.picture.canvas = canvas;
  result.picture.layout = scene.kind;
  for (const SceneTile& tile : scene.tiles) place(result, tile, sitters);
  if (recording_) addRecordingMark(result.plan);
  const auto seated = std::ranges::count(result.picture.tiles, "main", &Tile::pc);
  result.picture.more = static_cast<int>(sitters.size()) - static_cast<int>(seated);
  drawings_.letGoOfUnused();
  return result;
}

void ScenePlanner::place(CanvasPlan& result, const SceneTile& tile, const std::vector<Sitter>& sitters) {
  const auto& [x, y, width, height] = tile.rect;
  mix::TilePlan plan;
  bool border = false;
  if (tile.kind == SceneTile::Kind::more) {
    plan = moreTile(tile);
  } else {
    const auto sitter = std::ranges::find(sitters, tile.id, &Sitter::id);
    if (sitter == sitters.end()) return;
    const bool screen = tile.kind == SceneTile::Kind::screen;
    plan = screen ? screenTile(tile, *sitter) : personTile(tile, *sitter);
    border = !screen && sitter->speaking && sitters.size() > 1;
    result.picture.tiles.push_back({tile.id, screen ? "screen" : "main", x, y, width, height});
  }
  surround(plan, border, roundable(plan.rect, result.plan));
  result.plan.tiles.push_back(std::move(plan));
}

mix::TilePlan ScenePlanner::personTile(const SceneTile& tile, const Sitter& sitter) {
  const auto& [x, y, width, height] = tile.rect;
  mix::TilePlan plan = emptyTile(tile);
  plan.identity = sitter.camera.identity;
  plan.slot = sitter.camera.slot;
  plan.showVideo = sitter.cameraOn;
  plan.leads = sitter.leads;
  if (!sitter.cameraOn || !sitter.framesCome)
    plan.avatar = drawings_.avatar(sitter.name, sitter.id.value, width, height);
  if (auto label = drawings_.label(sitter.name, width, height, sitter.style)) {
    const int margin = std::max({2, height / 45, drawings_.radius() / 2}) & ~1;  // even, for the chroma
    plan.overlays.push_back({std::move(label), mix::Anchor::bottomLeft, margin, margin});
  }
  return plan;
}

// Without a label, which would lie over what is shown.
mix::TilePlan ScenePlanner::screenTile(const SceneTile& tile, const Sitter& sitter) {
  mix::TilePlan plan = emptyTile(tile);
  plan.identity = sitter.screen.identity;
  plan.slot = sitter.screen.slot;
  plan.sharp = true;
  return plan;
}

mix::TilePlan ScenePlanner::moreTile(const SceneTile& tile) {
  mix::TilePlan plan = emptyTile(tile);
  plan.identity = kMoreIdentity;
  plan.showVideo = false;
  plan.avatar = drawings_.more(tile.more, tile.rect.width, tile.rect.height);
  return plan;
}

// The border is drawn for each tile, shown or not, so that it is there when somebody speaks.
void ScenePlanner::surround(mix::TilePlan& tile, bool border, bool rounded) {
  const auto add = [&](const Drawings::Overlays& overlays) {
    tile.overlays.insert(tile.overlays.end(), overlays.begin(), overlays.end());
  };
  const auto& drawn = drawings_.border(tile.rect.width, tile.rect.height, rounded);
  if (border) add(drawn);
  if (rounded && drawings_.radius() > 0) add(drawings_.corners(tile.rect));
}

// In the first corner that is free; the upper left one when none is.
void ScenePlanner::addRecordingMark(mix::VideoPlan& plan) {
  const auto& mark = drawings_.recordingMark();
  if (!mark) return;
  using enum mix::Anchor;
  const mix::Rect canvas{0, 0, plan.width, plan.height};
  const int margin = plan.height / kMarkMargin & ~1;  // even, for the chroma
  mix::PlacedOverlay placed{mark, topLeft, margin, margin};
  for (const mix::Anchor corner : {topLeft, topRight, bottomRight, bottomLeft}) {
    const mix::PlacedOverlay candidate{mark, corner, margin, margin};
    if (taken(plan, canvas, placeOf(candidate, canvas))) continue;
    placed = candidate;
    break;
  }
  plan.overlays.push_back(std::move(placed));
}

}  // namespace tessera
