// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/tile_slot.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace tessera::mix {
namespace {

void count(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
  counter.fetch_add(by, std::memory_order_relaxed);
}

}  // namespace

TileSlot::TileSlot(std::shared_ptr<PlayoutDelay> delay, std::shared_ptr<VideoCounters> counters)
    : delay_(std::move(delay)), counters_(std::move(counters)) {
  queue_.reserve(4 * kMaxQueued);
  trash_.reserve(4 * kMaxQueued);
}

void TileSlot::push(VideoFrame frame, Nanos arrived) {
  count(counters_->framesIn);
  if (!usable(frame)) {
    count(counters_->framesDropped);
    return;
  }
  if (frame.captured > Nanos{0}) {
    frame.captured = PlayoutDelay::plausible(frame.captured, arrived);
    if (delay_) delay_->observeVideo(frame.captured, arrived);
  }
  Source source{0, std::move(frame)};
  Source previous;  // let go outside the lock
  Target target;
  {
    const std::lock_guard lock(mutex_);
    if (!hidden_) {
      source.sequence = ++sequence_;
      previous = std::exchange(source_, source);
      lastArrival_ = arrived;
      target = target_;
    }
  }
  if (target.number == 0) {
    count(counters_->framesDropped);
    return;
  }
  fitAndQueue(source, target);
}

// Scales without the lock, and again when the plan changed meanwhile.
void TileSlot::fitAndQueue(const Source& source, Target target) {
  while (target.number != 0) {
    Shown entry{target.number, source.sequence, fitFrame(source.frame, target.shape, *pool_), {}};
    if (entry.fitted.scaled) count(counters_->scaled);
    const std::lock_guard lock(mutex_);
    if (target_.number == target.number) {
      enqueue(std::move(entry));
      return;
    }
    target = target_;
  }
}

// The main thread and the streaming thread may both fit the same source frame: the second is not needed.
void TileSlot::enqueue(Shown entry) {
  if (shown_.target == entry.target && shown_.sequence >= entry.sequence) return;
  const auto behind = [&](const Shown& other) { return other.sequence > entry.sequence; };
  const auto same = [&](const Shown& other) {
    return other.target == entry.target && other.sequence == entry.sequence;
  };
  if (std::ranges::any_of(queue_, same)) return;
  queue_.insert(std::ranges::find_if(queue_, behind), std::move(entry));
  thinOut();
}

// Older targets' frames come first. Of them too no more are kept: without ticks none would ever go.
void TileSlot::thinOut() {
  const auto current = std::ranges::find(queue_, target_.number, &Shown::target) - queue_.begin();
  thinOut(current, std::ssize(queue_));
  thinOut(0, current);
}

// A sender that is faster than the queue is long: the frame goes whose neighbours are nearest in time, so
// that what is left still spans the whole playout delay and something is always due.
void TileSlot::thinOut(std::ptrdiff_t first, std::ptrdiff_t end) {
  const auto captured = [&](std::ptrdiff_t at) {
    return queue_[static_cast<std::size_t>(at)].fitted.picture.captured;
  };
  for (; end - first > kMaxQueued; --end) {
    std::ptrdiff_t victim = first + 1;
    Nanos least = Nanos::max();
    for (std::ptrdiff_t at = first + 1; at + 1 < end; ++at) {
      const Nanos gap = captured(at + 1) - captured(at - 1);
      if (gap < least) {
        least = gap;
        victim = at;
      }
    }
    queue_.erase(queue_.begin() + victim);
    count(counters_->framesDropped);
  }
}

std::uint64_t TileSlot::retarget(const TileShape& shape) {
  Source source;
  Target target;
  {
    const std::lock_guard lock(mutex_);
    hidden_ = false;
    if (target_.number != 0 && target_.shape == shape) return target_.number;
    target_ = Target{++targetsMade_, shape};
    target = target_;
    source = source_;
  }
  if (source.sequence != 0) fitAndQueue(source, target);
  return target.number;
}

void TileSlot::hide() {
  Graveyard graveyard;
  Source source;
  const std::lock_guard lock(mutex_);
  hidden_ = true;
  target_ = {};
  std::swap(source, source_);
  forget(graveyard);
}

void TileSlot::leavePlan() {
  Graveyard graveyard;
  const std::lock_guard lock(mutex_);
  target_ = {};
  leftAt_ = targetsMade_;
  count(counters_->framesDropped, queue_.size());
  graveyard.swap(queue_);  // what is shown stays: a tick of the old plan may be under way
}

void TileSlot::forget(Graveyard& graveyard) {
  count(counters_->framesDropped, queue_.size());
  graveyard.swap(queue_);
  graveyard.push_back(std::exchange(shown_, {}));
}

// The newest frame that is due, in the newest shape there is of it; when nothing was shown since it came into
// the plan, rather one that is early than a hole.
const TileSlot::Shown* TileSlot::findDue(Nanos due) const {
  for (auto it = queue_.rbegin(); it != queue_.rend(); ++it) {
    const Nanos captured = it->fitted.picture.captured;
    if (captured <= Nanos{0} || captured <= due) return &*it;
  }
  return shown_.target <= leftAt_ && !queue_.empty() ? &queue_.front() : nullptr;
}

// What is older than `shown`, or the same in an older shape.
void TileSlot::dropPast(const Shown& shown) {
  const auto past = [&](const Shown& entry) {
    return entry.sequence < shown.sequence ||
           (entry.sequence == shown.sequence && entry.target <= shown.target);
  };
  for (Shown& entry : queue_) {
    if (!past(entry)) continue;
    if (entry.sequence < shown.sequence) count(counters_->framesDropped);
    trash_.push_back(std::move(entry));
    entry.target = 0;
  }
  std::erase_if(queue_, [](const Shown& entry) { return entry.target == 0; });
}

std::optional<TileSlot::Shown> TileSlot::pick(Nanos now) {
  auto picked = choose(now);
  trash_.clear();
  return picked;
}

std::optional<TileSlot::Shown> TileSlot::choose(Nanos now) {
  Source old;
  const std::lock_guard lock(mutex_);
  if (source_.sequence == 0) return std::nullopt;
  if (now - lastArrival_ > kStaleAfter && !target_.shape.sharp) {
    std::swap(old, source_);
    dropPast({targetsMade_, sequence_, {}, {}});
    trash_.push_back(std::exchange(shown_, {}));
    return std::nullopt;
  }
  const Nanos due = delay_ ? now - delay_->value() : Nanos::max();
  std::optional<Nanos> overdue;
  if (const Shown* next = findDue(due)) {
    const Nanos captured = next->fitted.picture.captured;
    const bool fresh = next->sequence != shown_.sequence;
    if (delay_ && fresh && captured > Nanos{0} && captured <= due) overdue = due - captured;
    trash_.push_back(std::exchange(shown_, *next));
    dropPast(shown_);
  }
  if (shown_.target == 0) return std::nullopt;
  Shown picked = shown_;
  picked.overdue = overdue;
  return picked;
}

}  // namespace tessera::mix
