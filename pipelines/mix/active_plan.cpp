// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/active_plan.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace tessera::mix {
namespace {

constexpr int kDarkest = 16, kNeutral = 128;
constexpr int kBrightestEmpty = 48;
constexpr int kSampleEvery = 16;  // pixels, each way

bool even(const Rect& r) {
  return ((r.x | r.y | r.width | r.height) & 1) == 0;
}

bool isSize(int width, int height) {
  return width > 0 && height > 0 && width <= kMaxSide && height <= kMaxSide && even({0, 0, width, height});
}

bool inside(const Rect& r, const Backdrop& canvas) {
  return r.x >= 0 && r.y >= 0 && r.width > 0 && r.height > 0 && r.width <= canvas.width - r.x &&
         r.height <= canvas.height - r.y;
}

bool hasSize(const FrameRef& frame, int width, int height) {
  return frame && frame->width == width && frame->height == height;
}

Colour meanOf(const VideoFrame& frame) {
  std::int64_t y = 0, u = 0, v = 0, count = 0;
  for (int row = 0; row < frame.height; row += kSampleEvery) {
    for (int column = 0; column < frame.width; column += kSampleEvery, ++count) {
      y += frame.y[std::ptrdiff_t{row} * frame.strideY + column];
      u += frame.u[std::ptrdiff_t{row / 2} * frame.strideU + column / 2];
      v += frame.v[std::ptrdiff_t{row / 2} * frame.strideV + column / 2];
    }
  }
  return {static_cast<int>(y / count), static_cast<int>(u / count), static_cast<int>(v / count)};
}

// Half as bright and half as colourful as what is around it.
Colour emptyOn(const Colour& around) {
  return {std::clamp((around.y + kDarkest) / 2, kDarkest, kBrightestEmpty), (around.u + kNeutral) / 2,
          (around.v + kNeutral) / 2};
}

bool sameDrawing(const TilePlan& a, const TilePlan& b) {
  return a.slot == b.slot && a.fit == b.fit && a.sharp == b.sharp && a.showVideo == b.showVideo &&
         a.avatar == b.avatar && a.overlays == b.overlays;
}

}  // namespace

PlanMaker::PlanMaker(int width, int height) {
  auto first = std::make_shared<ActivePlan>();
  first->backdrop =
      std::make_shared<Backdrop>(Backdrop{width, height, nullptr, {}, kDarkGrey, emptyOn(kDarkGrey)});
  plan_ = std::move(first);
}

std::shared_ptr<const Backdrop> PlanMaker::backdropOf(VideoPlan& plan) const {
  const Backdrop& last = *plan_->backdrop;
  const bool resized = isSize(plan.width, plan.height);
  const int width = resized ? plan.width : last.width;
  const int height = resized ? plan.height : last.height;
  if (!hasSize(plan.background, width, height)) plan.background = nullptr;
  std::erase_if(plan.overlays, [](const PlacedOverlay& placed) { return !placed.overlay; });
  if (width == last.width && height == last.height && plan.background == last.background &&
      plan.overlays == last.overlays) {
    return plan_->backdrop;
  }
  const Colour around = plan.background ? meanOf(*plan.background) : kDarkGrey;
  return std::make_shared<const Backdrop>(Backdrop{width, height, std::move(plan.background),
                                                   std::move(plan.overlays), kDarkGrey, emptyOn(around)});
}

std::uint64_t PlanMaker::lookOf(const TilePlan& tile) {
  for (const ActiveTile& before : plan_->tiles) {
    if (sameDrawing(before.plan, tile)) return before.look;
  }
  return ++looksMade_;
}

// `before`: the tiles of the same plan so far.
ActiveTile PlanMaker::activate(TilePlan tile, const std::vector<ActiveTile>& before) {
  const Rect& rect = tile.rect;
  if (!hasSize(tile.avatar, rect.width, rect.height)) tile.avatar = nullptr;
  std::erase_if(tile.overlays, [](const PlacedOverlay& placed) { return !placed.overlay; });
  auto slot = std::dynamic_pointer_cast<TileSlot>(tile.slot);
  if (slot && std::ranges::find(before, slot, &ActiveTile::slot) != before.end()) {
    slot = nullptr;
    tile.slot = nullptr;
  }
  const TileShape shape{rect.width, rect.height, tile.fit, tile.sharp};
  if (slot && tile.showVideo) slot->retarget(shape);
  if (slot && !tile.showVideo) slot->hide();
  const std::uint64_t look = lookOf(tile);
  return {std::move(tile), std::move(slot), shape, look};
}

PlanMaker::PlanRef PlanMaker::make(VideoPlan plan) {
  auto next = std::make_shared<ActivePlan>();
  next->backdrop = backdropOf(plan);
  next->glide = plan.glide;
  for (TilePlan& tile : plan.tiles) {
    if (!even(tile.rect) || !inside(tile.rect, *next->backdrop)) continue;
    next->tiles.push_back(activate(std::move(tile), next->tiles));
  }
  return plan_ = std::move(next);
}

void PlanMaker::release(const ActivePlan& previous) const {
  for (const ActiveTile& old : previous.tiles) {
    if (old.slot && std::ranges::find(plan_->tiles, old.slot, &ActiveTile::slot) == plan_->tiles.end())
      old.slot->leavePlan();
  }
}

}  // namespace tessera::mix
