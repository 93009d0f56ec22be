// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "pipelines/encode/mix_encoders.h"
#include "pipelines/fanout/fan_out.h"
#include "pipelines/mix/ticker.h"

namespace tessera {

// The sound from the slots to the fan-out, on one tick thread: mix, encode for those who listen, queue. The
// same thread looks after the fan-out's pushes. Main thread; the tick thread is its own.
class AudioPath {
 public:
  static constexpr int kLevelTicks = 10;  // levels are told every 200 ms

  struct SlotLevel {
    const mix::AudioSlot* slot = nullptr;  // an identity, not to be dereferenced
    int levelDb = -127;
    bool speaking = false;
  };
  using LevelsHandler = std::function<void(std::vector<SlotLevel>)>;  // on the tick thread

  AudioPath(const RoomSettings& settings, std::shared_ptr<FanOut> fanOut, LevelsHandler onLevels);

  std::shared_ptr<mix::AudioSlot> addSlot(std::shared_ptr<mix::PlayoutDelay> delay);
  void removeSlot(const std::shared_ptr<mix::AudioSlot>& slot) { mixer_->removeSlot(slot); }

  std::uint64_t ticks() const { return ticker_->ticks(); }
  int encoders() const { return encoderCount_.load(std::memory_order_relaxed); }

 private:
  void tick(mix::Nanos now);
  void tellLevels(const mix::AudioTick& tick);

  const std::shared_ptr<FanOut> fanOut_;
  const LevelsHandler onLevels_;
  const std::unique_ptr<mix::AudioMixer> mixer_;
  std::atomic<int> encoderCount_{0};
  // Tick thread.
  MixEncoders encoders_;
  int sinceLevels_ = 0;

  std::optional<mix::Ticker> ticker_;  // last: it stops first
};

}  // namespace tessera
