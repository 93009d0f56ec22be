// SPDX-License-Identifier: Apache-2.0
#include "pipelines/sources/play_shared.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "pipelines/gst/clock.h"
#include "pipelines/sources/playback.h"

namespace tessera {

PlayShared::~PlayShared() {
  if (file >= 0) ::close(file);
}

std::shared_ptr<mix::VideoSlot> PlayShared::video() {
  const std::lock_guard lock(mutex);
  return videoSlot;
}

std::shared_ptr<mix::AudioSlot> PlayShared::audio() {
  const std::lock_guard lock(mutex);
  return audioSlot;
}

void PlayShared::close() {
  gate.close();
  std::vector<gst::SignalConnection> dropped;
  const std::lock_guard lock(mutex);
  closed = true;
  videoSlot = nullptr;
  audioSlot = nullptr;
  dropped.swap(connections);
}

bool PlayShared::isOpen() {
  const std::lock_guard lock(mutex);
  return !closed;
}

bool PlayShared::take(Medium medium) {
  const std::lock_guard lock(mutex);
  return !closed && !std::exchange((medium == Medium::picture ? picture : sound).taken, true);
}

void PlayShared::onBuffer(Medium medium, Nanos due, Nanos bufferLength) {
  lastSign = std::max(gst::now(), due);
  const Nanos end = due + std::clamp(bufferLength, Nanos{0}, PlayTime::kMaxLength);
  for (Nanos before = endsAt; before < end && !endsAt.compare_exchange_weak(before, end);) {
  }
  bool hasPicture = false, hasSound = false;
  {
    const std::lock_guard lock(mutex);
    if (std::exchange((medium == Medium::picture ? picture : sound).told, true)) return;
    hasPicture = picture.told;
    hasSound = sound.told;
  }
  toMain([hasPicture, hasSound](Playback& playback) { playback.onMedia(hasPicture, hasSound); });
}

void PlayShared::onEnd(Medium medium) {
  {
    const std::lock_guard lock(mutex);
    (medium == Medium::picture ? picture : sound).ended = true;
    if (picture.taken != picture.ended || sound.taken != sound.ended) return;
  }
  toMain([](Playback& playback) { playback.onEnd(); });
}

void PlayShared::toMain(std::function<void(Playback&)> task) const {
  post([weak = owner, task = std::move(task)] {
    if (auto* playback = weak.get()) task(*playback);
  });
}

}  // namespace tessera
