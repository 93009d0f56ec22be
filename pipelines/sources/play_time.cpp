// SPDX-License-Identifier: Apache-2.0
#include "pipelines/sources/play_time.h"

#include <algorithm>
#include <chrono>

namespace tessera {

void PlayTime::Offset::observe(Nanos candidate, Nanos now) {
  if (!value || std::chrono::abs(candidate - *value) > kBreak) {
    *this = {candidate, now, now + kSettle, now + kWindow, Nanos::max()};
    return;
  }
  const Nanos fall = now < settled ? Nanos::max() : std::max(now - last, Nanos{0}) / kCatchUp;
  if (candidate < *value) *value -= std::min(*value - candidate, fall);
  least = std::min(least, candidate);
  last = now;
  if (now < windowEnd) return;
  value = std::max(*value, least);
  least = Nanos::max();
  windowEnd = now + kWindow;
}

PlayTime::Nanos PlayTime::due(Medium medium, Nanos time, Nanos now, Nanos length) {
  time = std::clamp(time, -kFarthest, kFarthest);
  const std::lock_guard lock(mutex_);
  if (kind_ == Kind::played) return playedDue(time, now, length);
  (medium == Medium::picture ? picture_ : sound_).observe(now - time, now);
  return time + liveOffset();
}

PlayTime::Nanos PlayTime::playedDue(Nanos time, Nanos now, Nanos length) {
  if (!origin_) origin_ = now + kLead - time;
  const Nanos over = std::max({over_, now, begin_});  // all that came before
  if (const Nanos late = now - (*origin_ + time); late > kMaxLate) *origin_ += late;
  if (const Nanos gap = *origin_ + time - over; gap > kMaxGap) *origin_ -= gap;
  const Nanos due = *origin_ + time;
  over_ = std::max(over_, due + std::clamp(length, Nanos{0}, kMaxLength));
  return due;
}

// A medium that comes no more counts no more.
PlayTime::Nanos PlayTime::liveOffset() const {
  if (!picture_.value || picture_.last < sound_.last - kWindow) return *sound_.value;
  if (!sound_.value || sound_.last < picture_.last - kWindow) return *picture_.value;
  const auto [earlier, later] = std::minmax(*picture_.value, *sound_.value);
  return std::min(later, earlier + kMaxApart);
}

void PlayTime::beginAt(Nanos at) {
  const std::lock_guard lock(mutex_);
  if (!origin_) origin_ = begin_ = at;
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  changed_.notify_all();
}

void Gate::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

bool Gate::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool Gate::waitOpen() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return open_ || closed_; });
  return !closed_;
}

bool Gate::waitUntil(Nanos time) {
  const std::chrono::steady_clock::time_point at{time};
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, at, [this] { return closed_; });
  return !closed_;
}

}  // namespace tessera
