// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/keyframe_broker.h"

namespace tessera {

void KeyframeBroker::request() {
  const std::lock_guard lock(mutex_);
  wanted_ = true;
}

bool KeyframeBroker::dueLocked(mix::Nanos now) const {
  return wanted_ && (!everMade_ || now - last_ >= least_);
}

bool KeyframeBroker::due(mix::Nanos now) const {
  const std::lock_guard lock(mutex_);
  return dueLocked(now);
}

bool KeyframeBroker::take(mix::Nanos now) {
  const std::lock_guard lock(mutex_);
  if (!dueLocked(now)) return false;
  everMade_ = true;
  last_ = now;
  return true;
}

void KeyframeBroker::delivered(mix::Nanos now) {
  const std::lock_guard lock(mutex_);
  wanted_ = false;
  everMade_ = true;
  last_ = now;
}

}  // namespace tessera
