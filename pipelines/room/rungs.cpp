// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/rungs.h"

#include <algorithm>
#include <utility>

namespace tessera {

void Rungs::put(RungId id, std::unique_ptr<VideoRung> rung) {
  const std::lock_guard lock(mutex_);
  rungs_[id] = std::move(rung);
}

std::unique_ptr<VideoRung> Rungs::take(RungId id) {
  const std::lock_guard lock(mutex_);
  auto rung = rungs_.extract(id);
  return rung ? std::move(rung.mapped()) : nullptr;
}

void Rungs::clear() {
  Map rungs;  // destroyed outside the lock
  const std::lock_guard lock(mutex_);
  rungs.swap(rungs_);
}

bool Rungs::has(RungId id) const {
  const std::lock_guard lock(mutex_);
  return rungs_.contains(id);
}

int Rungs::count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(rungs_.size());
}

void Rungs::push(const mix::FrameRef& canvas, bool still) {
  const std::lock_guard lock(mutex_);
  bool late = false;
  for (const auto& [id, rung] : rungs_) {
    if (!still || id.level == kProgramLevel) late = rung->push(canvas) || late;
  }
  if (late) ++dropped_;
}

void Rungs::setCanvasFps(int fps) {
  const std::lock_guard lock(mutex_);
  for (const auto& [id, rung] : rungs_) rung->setCanvasFps(fps);
}

void Rungs::setKbps(RungId id, int kbps) {
  const std::lock_guard lock(mutex_);
  if (const auto rung = rungs_.find(id); rung != rungs_.end()) rung->second->setKbps(kbps);
}

std::uint64_t Rungs::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void Rungs::requestKeyframe(RungId id) {
  const std::lock_guard lock(mutex_);
  if (const auto rung = rungs_.find(id); rung != rungs_.end()) rung->second->requestKeyframe();
}

void Rungs::setKeyframeEvery(RungId id, mix::Nanos every) {
  const std::lock_guard lock(mutex_);
  if (const auto rung = rungs_.find(id); rung != rungs_.end()) rung->second->setKeyframeEvery(every);
}

bool Rungs::keyframeDue(mix::Nanos now) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(rungs_, [&](const auto& each) {
    return each.first.level != kProgramLevel && each.second->keyframeDue(now);
  });
}

}  // namespace tessera
