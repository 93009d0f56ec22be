// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mutex>

#include "pipelines/mix/video_frame.h"

namespace tessera {

// Coalesces the keyframe requests of all receivers of a rung: the first is granted at once, further ones at
// most every `least`, and one that has to wait is not lost. A keyframe that comes out answers every
// request made before it, whatever caused it. It may also see to it that keyframes come regularly.
// Thread-safe; time is the caller's.
class KeyframeBroker {
 public:
  static constexpr mix::Nanos kMinInterval = std::chrono::milliseconds(300);
  // Of a still rung, which keyframes that come out of turn would make a moving one.
  static constexpr mix::Nanos kMinStillInterval = std::chrono::seconds(1);

  explicit KeyframeBroker(mix::Nanos least = kMinInterval) : least_(least) {}
  void request();
  // A keyframe by itself on an even grid of this interval, whatever requests make in between; 0: none.
  void setEvery(mix::Nanos every);
  // Asked before each frame is encoded: shall this one be a keyframe? Granted again after `least` when
  // no keyframe came out of it.
  bool take(mix::Nanos now);
  bool due(mix::Nanos now) const;  // would take() grant?
  void delivered(mix::Nanos now);  // the encoder made a keyframe

 private:
  bool dueLocked(mix::Nanos now) const;
  bool turnLocked(mix::Nanos now) const;
  void noteLocked(mix::Nanos now);

  const mix::Nanos least_;
  mutable std::mutex mutex_;
  bool wanted_ = false;
  bool everMade_ = false;
  mix::Nanos last_{0};  // granted or delivered, meaningful once everMade_
  mix::Nanos every_{0}, next_{0};
};

}  // namespace tessera
