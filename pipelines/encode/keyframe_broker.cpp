// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/keyframe_broker.h"

namespace tessera {
namespace {

constexpr mix::Nanos kEarly = std::chrono::milliseconds(8);  // frames lie on a grid that moves a little

}  // namespace

void KeyframeBroker::request() {
  const std::lock_guard lock(mutex_);
  wanted_ = true;
}

void KeyframeBroker::setEvery(mix::Nanos every) {
  const std::lock_guard lock(mutex_);
  if (every_ == every) return;
  every_ = every;
  next_ = everMade_ ? last_ + every : mix::Nanos{0};
}

bool KeyframeBroker::turnLocked(mix::Nanos now) const {
  return every_ > mix::Nanos{0} && now + kEarly >= next_;
}

bool KeyframeBroker::dueLocked(mix::Nanos now) const {
  return turnLocked(now) || (wanted_ && (!everMade_ || now - last_ >= least_));
}

// The next turn counts from when this one was due, unless that is long ago.
void KeyframeBroker::noteLocked(mix::Nanos now) {
  if (turnLocked(now)) next_ = (now - next_ < every_ ? next_ : now) + every_;
  everMade_ = true;
  last_ = now;
}

bool KeyframeBroker::due(mix::Nanos now) const {
  const std::lock_guard lock(mutex_);
  return dueLocked(now);
}

bool KeyframeBroker::take(mix::Nanos now) {
  const std::lock_guard lock(mutex_);
  if (!dueLocked(now)) return false;
  noteLocked(now);
  return true;
}

void KeyframeBroker::delivered(mix::Nanos now) {
  const std::lock_guard lock(mutex_);
  wanted_ = false;
  noteLocked(now);
}

}  // namespace tessera
