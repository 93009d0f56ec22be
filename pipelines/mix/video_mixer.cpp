// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/video_mixer.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "pipelines/mix/active_plan.h"
#include "pipelines/mix/canvas.h"
#include "pipelines/mix/changes.h"
#include "pipelines/mix/glide.h"
#include "pipelines/mix/picture_lag.h"
#include "pipelines/mix/rects.h"
#include "pipelines/mix/tile_slot.h"

namespace tessera::mix {
namespace {

// Encoders and a recorder hold one or two canvases each; when all are held, the last picture is repeated.
constexpr std::size_t kMaxCanvases = 12;

class Mixer final : public VideoMixer {
 public:
  Mixer(int width, int height) : plans_(width, height), plan_(plans_.current()) {}

  std::shared_ptr<VideoSlot> addSlot(std::shared_ptr<PlayoutDelay> delay) override {
    return std::make_shared<TileSlot>(std::move(delay), counters_);
  }
  void setPlan(VideoPlan plan) override;
  FrameRef tick(Nanos now) override;
  VideoMixerStats stats() const override;

 private:
  using PlanRef = PlanMaker::PlanRef;
  using Picked = std::optional<TileSlot::Shown>;

  PlanRef currentPlan() const;
  void begin(const PlanRef& plan);
  void pickAll(const ActivePlan& plan, Nanos now);
  std::shared_ptr<Canvas> freeCanvas(bool must);
  void draw(Canvas& canvas, const ActivePlan& plan);
  TileLayer layerOf(const ActiveTile& tile, const TileKey& key, const Picked& picked);
  FittedFrame fitNow(const VideoFrame& picture, const TileShape& shape);
  FrameRef frameOf(const Canvas& canvas, std::shared_ptr<const void> held, Nanos captured) const;

  const std::shared_ptr<VideoCounters> counters_ = std::make_shared<VideoCounters>();
  PlanMaker plans_;  // main thread

  mutable std::mutex planMutex_;
  PlanRef plan_;

  // Tick thread.
  std::weak_ptr<const ActivePlan> running_;  // keeps no slot of a plan that was replaced
  std::shared_ptr<const Backdrop> backdrop_;
  Glide glide_;
  PictureLag lag_;
  std::vector<Picked> picked_;   // of each tile
  std::vector<TileKey> wanted_;  // what each tile is to show
  const std::shared_ptr<FramePool> pool_ = FramePool::create();
  std::vector<std::shared_ptr<Canvas>> canvases_;
  std::shared_ptr<Canvas> last_;
  std::weak_ptr<const void> lastHeld_;
  std::uint64_t ticks_ = 0;
};

void Mixer::setPlan(VideoPlan plan) {
  PlanRef previous = plans_.current();  // let go outside the lock
  PlanRef next = plans_.make(std::move(plan));
  {
    const std::lock_guard lock(planMutex_);
    plan_ = next;
  }
  plans_.release(*previous);
}

Mixer::PlanRef Mixer::currentPlan() const {
  const std::lock_guard lock(planMutex_);
  return plan_;
}

// Canvases of another size go as soon as nobody holds them, and tiles cut to their places on the new one.
void Mixer::begin(const PlanRef& plan) {
  const auto before = std::exchange(backdrop_, plan->backdrop);
  const bool sameSize = before && before->width == backdrop_->width && before->height == backdrop_->height;
  if (!sameSize) {
    canvases_.clear();
    last_ = nullptr;
    lastHeld_.reset();
  }
  glide_.follow(*plan, sameSize ? plan->glide : Nanos{0});
  running_ = plan;
}

void Mixer::pickAll(const ActivePlan& plan, Nanos now) {
  picked_.clear();
  wanted_.clear();
  const bool led = std::ranges::any_of(plan.tiles, [](const auto& tile) { return tile.plan.leads; });
  for (std::size_t i = 0; i < plan.tiles.size(); ++i) {
    const ActiveTile& tile = plan.tiles[i];
    picked_.push_back(tile.slot && tile.plan.showVideo ? tile.slot->pick(now) : std::nullopt);
    const Picked& picked = picked_.back();
    if (picked && picked->overdue && (tile.plan.leads || !led)) lag_.observe(*picked->overdue);
    wanted_.push_back({glide_.rect(i), tile.look, picked ? picked->target : 0, picked ? picked->sequence : 0,
                       glide_.moving(i)});
  }
}

// The free one that was drawn last: it has the fewest tiles to catch up with.
std::shared_ptr<Canvas> Mixer::freeCanvas(bool must) {
  std::shared_ptr<Canvas> best;
  for (const auto& canvas : canvases_) {
    if (canvas->free() && (!best || canvas->lastTick > best->lastTick)) best = canvas;
  }
  if (best || (!must && canvases_.size() >= kMaxCanvases)) return best;
  return canvases_.emplace_back(std::make_shared<Canvas>(backdrop_->width, backdrop_->height));
}

FittedFrame Mixer::fitNow(const VideoFrame& picture, const TileShape& shape) {
  FittedFrame fitted = fitFrame(picture, shape, *pool_);
  if (fitted.scaled) counters_->refitted.fetch_add(1, std::memory_order_relaxed);
  return fitted;
}

// While a tile moves, and until a frame of its new shape is due, what there is is scaled here: with the bars
// that the tile will have in its place.
TileLayer Mixer::layerOf(const ActiveTile& tile, const TileKey& key, const Picked& picked) {
  TileShape shape = tile.shape;
  shape.width = key.rect.width;
  shape.height = key.rect.height;
  if (picked) {
    const FittedFrame& fitted = picked->fitted;
    if (fitted.tile == shape) return {key, &tile.plan, fitted.picture, fitted.dest};
    shape.moving = true;
    if (fitted.tile == tile.shape) shape.fit = fitted.fills() ? Fit::fill : Fit::fit;
    const FittedFrame again = fitNow(fitted.picture, shape);
    return {key, &tile.plan, again.picture, again.dest};
  }
  if (!tile.plan.avatar) return {key, &tile.plan, {}, {}};
  const FittedFrame avatar = fitNow(*tile.plan.avatar, {shape.width, shape.height, Fit::fill, false, true});
  return {key, &tile.plan, avatar.picture, avatar.dest};
}

void Mixer::draw(Canvas& canvas, const ActivePlan& plan) {
  const auto parts =
      canvas.backdrop == backdrop_ ? changes(canvas.shows, wanted_) : std::vector{canvas.area()};
  std::vector<TileLayer> tiles;
  tiles.reserve(wanted_.size());
  for (std::size_t i = 0; i < wanted_.size(); ++i) {
    const auto touches = [&](const Rect& part) { return overlap(part, wanted_[i].rect); };
    if (std::ranges::any_of(parts, touches)) tiles.push_back(layerOf(plan.tiles[i], wanted_[i], picked_[i]));
  }
  for (const Rect& part : parts) canvas.draw(part, *backdrop_, tiles);
  canvas.backdrop = backdrop_;
  canvas.shows = wanted_;
  counters_->tilesDrawn.fetch_add(tiles.size(), std::memory_order_relaxed);
}

FrameRef Mixer::frameOf(const Canvas& canvas, std::shared_ptr<const void> held, Nanos captured) const {
  auto frame = std::make_shared<VideoFrame>(canvas.picture());
  frame->memory = std::move(held);
  frame->captured = captured;
  return frame;
}

FrameRef Mixer::tick(Nanos now) {
  counters_->ticks.fetch_add(1, std::memory_order_relaxed);
  const PlanRef plan = currentPlan();
  if (plan != running_.lock()) begin(plan);
  glide_.advance(now);
  pickAll(*plan, now);
  // Somebody still holds the last picture: it serves again when nothing changed, or when there is no other.
  auto held = lastHeld_.lock();
  const bool unchanged = held && last_->backdrop == backdrop_ && last_->shows == wanted_;
  if (const auto canvas = unchanged ? nullptr : freeCanvas(!held)) {
    draw(*canvas, *plan);
    canvas->lastTick = ++ticks_;
    held = canvas->hold();
    last_ = canvas;
    lastHeld_ = held;
  }
  picked_.clear();  // references to decoders' buffers go back
  return frameOf(*last_, std::move(held), now - lag_.advance());
}

VideoMixerStats Mixer::stats() const {
  return {counters_->ticks,  counters_->framesIn, counters_->framesDropped,
          counters_->scaled, counters_->refitted, counters_->tilesDrawn};
}

}  // namespace

std::unique_ptr<VideoMixer> VideoMixer::create(int width, int height) {
  return std::make_unique<Mixer>(width, height);
}

}  // namespace tessera::mix
