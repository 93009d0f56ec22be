// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/rungs.h"

#include <algorithm>

namespace tessera {

void Rungs::put(VideoCodec codec, std::unique_ptr<VideoRung> rung) {
  const std::lock_guard lock(mutex_);
  at(codec) = std::move(rung);
}

std::unique_ptr<VideoRung> Rungs::take(VideoCodec codec) {
  const std::lock_guard lock(mutex_);
  return std::move(at(codec));
}

bool Rungs::has(VideoCodec codec) const {
  const std::lock_guard lock(mutex_);
  return rungs_[static_cast<std::size_t>(codec)] != nullptr;
}

int Rungs::count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(std::ranges::count_if(rungs_, [](const auto& rung) { return rung != nullptr; }));
}

void Rungs::push(const mix::FrameRef& frame) {
  const std::lock_guard lock(mutex_);
  for (const auto& rung : rungs_) {
    if (rung && rung->push(frame)) ++dropped_;
  }
}

void Rungs::setFps(int fps) {
  const std::lock_guard lock(mutex_);
  for (const auto& rung : rungs_) {
    if (rung) rung->setFps(fps);
  }
}

std::uint64_t Rungs::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void Rungs::requestKeyframe(VideoCodec codec) {
  const std::lock_guard lock(mutex_);
  if (const auto& rung = at(codec)) rung->requestKeyframe();
}

bool Rungs::keyframeDue(mix::Nanos now) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(rungs_, [&](const auto& rung) { return rung && rung->keyframeDue(now); });
}

}  // namespace tessera
