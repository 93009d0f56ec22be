// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <atomic>
#include <memory>

#include "pipelines/mix/tick_phase.h"
#include "pipelines/mix/video_mixer.h"

namespace tessera {

// A slot in front of the mixer's that lets the canvas tick follow its frames while it is the main one, and
// knows whether frames come. push() on the streaming thread, all else on the main thread.
class PhaseTap final : public mix::VideoSlot {
 public:
  // Early enough to draw an avatar until the mixer has nothing else to show.
  static constexpr mix::Nanos kMissedAfter = kStaleAfter / 2;

  PhaseTap(std::shared_ptr<mix::VideoSlot> slot, std::shared_ptr<mix::PlayoutDelay> delay,
           std::shared_ptr<mix::TickPhase> phase)
      : slot_(std::move(slot)), delay_(std::move(delay)), phase_(std::move(phase)) {}

  void push(mix::VideoFrame frame, mix::Nanos arrived) override {
    if (main_.load(std::memory_order_relaxed))
      phase_->observe(std::max(arrived, frame.captured + delay_->value()));
    slot_->push(std::move(frame), arrived);
    lastArrival_.store(arrived, std::memory_order_relaxed);
  }
  bool framesCome(mix::Nanos now) const {
    const mix::Nanos last = lastArrival_.load(std::memory_order_relaxed);
    return last > mix::Nanos{0} && now - last < kMissedAfter;
  }
  void forgetFrames() { lastArrival_.store(mix::Nanos{0}, std::memory_order_relaxed); }
  void setMain(bool main) { main_.store(main, std::memory_order_relaxed); }
  const std::shared_ptr<mix::VideoSlot>& slot() const { return slot_; }

 private:
  const std::shared_ptr<mix::VideoSlot> slot_;
  const std::shared_ptr<mix::PlayoutDelay> delay_;
  const std::shared_ptr<mix::TickPhase> phase_;
  std::atomic<bool> main_{false};
  std::atomic<mix::Nanos> lastArrival_{mix::Nanos{0}};
};

}  // namespace tessera
