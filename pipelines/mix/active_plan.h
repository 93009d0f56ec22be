// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "pipelines/mix/tile_slot.h"
#include "pipelines/mix/video_mixer.h"

namespace tessera::mix {

// What lies below and above the tiles. Drawn anew as a whole when it changes.
struct Backdrop {
  int width = 0, height = 0;
  FrameRef background;                  // null: `colour`
  std::vector<PlacedOverlay> overlays;  // not null
  Colour colour;
  Colour empty;  // of letterbox bars, and of tiles with neither video nor avatar
};

struct ActiveTile {
  TilePlan plan;
  std::shared_ptr<TileSlot> slot;  // null: no video here
  TileShape shape;                 // of rect
  std::uint64_t look = 0;          // the same number: drawn alike but for size and place
};

// A checked plan, never changed once made: the tick thread reads it while the main thread makes the next.
struct ActivePlan {
  std::shared_ptr<const Backdrop> backdrop;  // the same one again when nothing of it changed
  std::vector<ActiveTile> tiles;
  Nanos glide{0};
};

// Makes active plans of what the room asks for, telling slots their shapes (which fits their newest frames to
// them). Main thread.
class PlanMaker {
 public:
  using PlanRef = std::shared_ptr<const ActivePlan>;

  PlanMaker(int width, int height);
  PlanRef current() const { return plan_; }
  PlanRef make(VideoPlan plan);
  // Once the tick thread has the new plan: slots that are in no tile any more keep only their newest frame.
  void release(const ActivePlan& previous) const;

 private:
  std::shared_ptr<const Backdrop> backdropOf(VideoPlan& plan) const;
  ActiveTile activate(TilePlan tile, const std::vector<ActiveTile>& before);
  std::uint64_t lookOf(const TilePlan& tile);

  PlanRef plan_;
  std::uint64_t looksMade_ = 0;
};

}  // namespace tessera::mix
