// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/video_mixer.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "pipelines/mix/canvas.h"
#include "pipelines/mix/tile_slot.h"

namespace tessera::mix {
namespace {

// Encoders and a recorder hold one or two canvases each; when all are held, the last picture is repeated.
constexpr std::size_t kMaxCanvases = 12;

struct ActiveTile {
  TilePlan plan;
  std::shared_ptr<TileSlot> slot;
  std::uint64_t target = 0;  // 0: no video
};

struct ActivePlan {
  std::uint64_t number = 0;
  std::vector<ActiveTile> tiles;
};

class Mixer final : public VideoMixer {
 public:
  Mixer(int width, int height) : width_(width), height_(height) {}

  std::shared_ptr<VideoSlot> addSlot(std::shared_ptr<PlayoutDelay> delay) override {
    return std::make_shared<TileSlot>(std::move(delay), counters_);
  }
  void setPlan(VideoPlan plan) override;
  FrameRef tick(Nanos now) override;
  VideoMixerStats stats() const override;

 private:
  using PlanRef = std::shared_ptr<const ActivePlan>;

  bool accepts(const TilePlan& tile) const;
  PlanRef activate(VideoPlan plan);
  PlanRef currentPlan() const;
  void pickAll(const ActivePlan& plan, Nanos now);
  Canvas* freeCanvas(bool must);
  void draw(Canvas& canvas, const ActivePlan& plan);
  FrameRef frameOf(const Canvas& canvas, std::shared_ptr<const void> held, Nanos now) const;

  const int width_, height_;
  const std::shared_ptr<VideoCounters> counters_ = std::make_shared<VideoCounters>();
  std::uint64_t plansMade_ = 0;  // main thread

  mutable std::mutex planMutex_;
  PlanRef plan_ = std::make_shared<ActivePlan>();

  // Tick thread.
  std::vector<std::shared_ptr<Canvas>> canvases_;
  std::vector<std::optional<TileSlot::Shown>> picked_;
  std::vector<std::uint64_t> wanted_;  // what each tile is to show
  Canvas* last_ = nullptr;
  std::weak_ptr<const void> lastHeld_;
  std::uint64_t ticks_ = 0;
};

bool Mixer::accepts(const TilePlan& tile) const {
  const Rect& r = tile.rect;
  const bool even = ((r.x | r.y | r.width | r.height) & 1) == 0;
  return even && r.x >= 0 && r.y >= 0 && r.width > 0 && r.height > 0 && r.width <= width_ - r.x &&
         r.height <= height_ - r.y;
}

// Tells every slot its new shape (which fits its newest frame to it) before the plan takes effect.
Mixer::PlanRef Mixer::activate(VideoPlan plan) {
  auto active = std::make_shared<ActivePlan>();
  active->number = ++plansMade_;
  for (TilePlan& tile : plan.tiles) {
    if (!accepts(tile)) continue;
    if (tile.avatar && (tile.avatar->width != tile.rect.width || tile.avatar->height != tile.rect.height)) {
      tile.avatar = nullptr;
    }
    ActiveTile entry{std::move(tile), nullptr, 0};
    auto slot = std::dynamic_pointer_cast<TileSlot>(entry.plan.slot);
    const bool taken =
        std::ranges::any_of(active->tiles, [&](const auto& t) { return slot && t.slot == slot; });
    if (slot && !taken) {
      entry.slot = slot;
      const Rect& r = entry.plan.rect;
      if (entry.plan.showVideo) {
        entry.target = slot->retarget({r.width, r.height, entry.plan.fit});
      } else {
        slot->hide();
      }
    }
    active->tiles.push_back(std::move(entry));
  }
  return active;
}

void Mixer::setPlan(VideoPlan plan) {
  PlanRef next = activate(std::move(plan));
  PlanRef previous;
  {
    const std::lock_guard lock(planMutex_);
    previous = std::exchange(plan_, next);
  }
  for (const ActiveTile& old : previous->tiles) {
    const auto same = [&](const ActiveTile& tile) { return tile.slot == old.slot; };
    if (old.slot && std::ranges::none_of(next->tiles, same)) old.slot->leavePlan();
  }
}

Mixer::PlanRef Mixer::currentPlan() const {
  const std::lock_guard lock(planMutex_);
  return plan_;
}

void Mixer::pickAll(const ActivePlan& plan, Nanos now) {
  picked_.clear();
  wanted_.clear();
  for (const ActiveTile& tile : plan.tiles) {
    picked_.push_back(tile.target != 0 ? tile.slot->pick(now, tile.target) : std::nullopt);
    wanted_.push_back(picked_.back() ? picked_.back()->sequence : kShowsAvatar);
  }
}

// The free one that was drawn last: it has the fewest tiles to catch up with.
Canvas* Mixer::freeCanvas(bool must) {
  Canvas* best = nullptr;
  for (const auto& canvas : canvases_) {
    if (canvas->free() && (!best || canvas->lastTick > best->lastTick)) best = canvas.get();
  }
  if (!best && (must || canvases_.size() < kMaxCanvases)) {
    best = canvases_.emplace_back(std::make_shared<Canvas>(width_, height_)).get();
  }
  return best;
}

void Mixer::draw(Canvas& canvas, const ActivePlan& plan) {
  if (canvas.plan != plan.number) {
    canvas.clear();
    canvas.plan = plan.number;
    canvas.shows.assign(plan.tiles.size(), kShowsNothing);
  }
  std::uint64_t drawn = 0;
  for (std::size_t i = 0; i < plan.tiles.size(); ++i) {
    if (canvas.shows[i] == wanted_[i]) continue;
    canvas.drawTile(plan.tiles[i].plan, picked_[i] ? &picked_[i]->fitted : nullptr);
    canvas.shows[i] = wanted_[i];
    ++drawn;
  }
  counters_->tilesDrawn.fetch_add(drawn, std::memory_order_relaxed);
}

FrameRef Mixer::frameOf(const Canvas& canvas, std::shared_ptr<const void> held, Nanos now) const {
  auto frame = std::make_shared<VideoFrame>(canvas.picture());
  frame->memory = std::move(held);
  frame->captured = now;
  return frame;
}

FrameRef Mixer::tick(Nanos now) {
  counters_->ticks.fetch_add(1, std::memory_order_relaxed);
  const PlanRef plan = currentPlan();
  pickAll(*plan, now);
  // Somebody still holds the last picture: it serves again when nothing changed, or when there is no other.
  auto held = lastHeld_.lock();
  const bool unchanged = held && last_->plan == plan->number && last_->shows == wanted_;
  Canvas* canvas = unchanged ? nullptr : freeCanvas(!held);
  if (canvas) {
    draw(*canvas, *plan);
    canvas->lastTick = ++ticks_;
    held = canvas->hold();
    last_ = canvas;
    lastHeld_ = held;
  }
  picked_.clear();  // references to decoders' buffers go back
  return frameOf(*last_, std::move(held), now);
}

VideoMixerStats Mixer::stats() const {
  return {counters_->ticks, counters_->framesIn, counters_->framesDropped, counters_->scaled,
          counters_->tilesDrawn};
}

}  // namespace

std::unique_ptr<VideoMixer> VideoMixer::create(int width, int height) {
  return std::make_unique<Mixer>(width, height);
}

}  // namespace tessera::mix
