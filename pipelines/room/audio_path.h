// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "pipelines/encode/mix_encoders.h"
#include "pipelines/fanout/fan_out.h"
#include "pipelines/mix/ticker.h"
#include "pipelines/program/program_feed.h"

namespace tessera {

// The sound from the slots to the fan-out and the program, on one tick thread that goes before all others:
// mix, encode for those who listen, queue. The same thread looks after the fan-out's pushes. Main thread; the
// tick thread is its own.
class AudioPath {
 public:
  // Levels are told every 200 ms, and when somebody begins or stops speaking, comes or goes; but not more
  // often than every 40 ms.
  static constexpr int kLevelTicks = 10;
  static constexpr int kMinLevelTicks = 2;

  struct SlotLevel {
    const mix::AudioSlot* slot = nullptr;  // an identity, not to be dereferenced
    int levelDb = -127;
    bool speaking = false;
  };
  using LevelsHandler = std::function<void(std::vector<SlotLevel>)>;  // on the tick thread

  struct Receivers {
    std::shared_ptr<FanOut> fanOut;
    std::shared_ptr<ProgramFeed> program;
  };
  using Voices = std::vector<std::pair<std::shared_ptr<mix::AudioSlot>, ParticipantId>>;

  AudioPath(const RoomSettings& settings, Receivers receivers, LevelsHandler onLevels);

  std::shared_ptr<mix::AudioSlot> addSlot(std::shared_ptr<mix::PlayoutDelay> delay);
  void removeSlot(const std::shared_ptr<mix::AudioSlot>& slot) { mixer_->removeSlot(slot); }
  // `slot` is a shared screen's, `companion` its participant's own (may be null).
  void setCompanion(const std::shared_ptr<mix::AudioSlot>& slot, const mix::AudioSlot* companion) {
    mixer_->setCompanion(slot, companion);
  }
  // What is lost on the way to the receivers; those who are not named lose nothing.
  void setLosses(std::vector<ReceiverLoss> losses);
  void setVoices(Voices voices);  // whose slot is whose, for the tracks of a recording
  void play(mix::Chime chime);    // when the room has chimes

  std::uint64_t ticks() const { return ticker_->ticks(); }
  std::uint64_t missed() const { return ticker_->missed(); }
  int encoders() const { return encoderCount_.load(std::memory_order_relaxed); }

 private:
  void tick(mix::Nanos now);
  void takeLosses();
  void feedProgram(const mix::AudioTick& tick);
  bool levelsDue(const mix::AudioTick& tick) const;
  void tellLevels(const mix::AudioTick& tick);

  const bool chimes_;
  const Receivers receivers_;
  const LevelsHandler onLevels_;
  const std::unique_ptr<mix::AudioMixer> mixer_;
  std::atomic<int> encoderCount_{0};
  std::mutex lossesMutex_;
  std::optional<std::vector<ReceiverLoss>> newLosses_;
  std::mutex voicesMutex_;
  std::shared_ptr<const Voices> voices_ =
      std::make_shared<Voices>();  // so that no slot is mistaken for one that was
  // Tick thread.
  bool preferred_ = false;
  MixEncoders encoders_;
  int sinceLevels_ = 0;
  std::vector<std::pair<const mix::AudioSlot*, bool>> toldSpeaking_;

  std::optional<mix::Ticker> ticker_;  // last: it stops first
};

}  // namespace tessera
