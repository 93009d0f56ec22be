// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/audio_mixer.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include "pipelines/mix/chime.h"
#include "pipelines/mix/leveller.h"
#include "pipelines/mix/limiter.h"
#include "pipelines/mix/playout_ring.h"
#include "pipelines/mix/talkers.h"
#include "pipelines/mix/voice_activity.h"

namespace tessera::mix {
namespace {

constexpr int kRamp = kSampleRate / 200;  // 5 ms, into the sum and out of it

void rampIn(SumBlock& block) {
  const int channels = block.channels();
  for (int i = 0; i < kRamp * channels; ++i) {
    auto& sample = block[static_cast<std::size_t>(i)];
    sample = sample * (i / channels) / kRamp;
  }
}

void rampOut(SumBlock& block) {
  const int channels = block.channels();
  for (int i = 0; i < kRamp * channels; ++i) {
    auto& sample = block[static_cast<std::size_t>(i)];
    sample = sample * (kRamp - i / channels) / kRamp;
  }
  std::fill(block.begin() + kRamp * channels, block.end(), 0);
}

class Slot final : public AudioSlot {
 public:
  Slot(std::shared_ptr<PlayoutDelay> delay, int channels, bool levelling)
      : own(channels),
        levelling_(levelling),
        delay_(delay ? std::move(delay) : PlayoutDelay::create()),
        ring_(channels),
        block_(channels) {}

  void push(std::span<const std::int16_t> samples, Nanos captured, Nanos arrived) override {
    if (captured > Nanos{0}) delay_->observeAudio(captured, arrived);
    ring_.write(samples, captured, arrived);
  }
  void setMuted(bool muted) override { muted_.store(muted, std::memory_order_relaxed); }
  void remove() { removed_.store(true, std::memory_order_relaxed); }
  bool removed() const { return removed_.load(std::memory_order_relaxed); }
  PlayoutRing::Counters counters() const { return ring_.counters(); }
  // Both with the mixer's lock held; the second on the tick thread, where it takes effect.
  void setCompanion(std::shared_ptr<Slot> companion) { nextCompanion_ = std::move(companion); }
  void settleCompanion() { companion_ = nextCompanion_; }
  // Whose personal mix leaves this out. Tick thread.
  Slot& participant() { return companion_ ? *companion_ : *this; }

  // Tick thread from here.
  void read(Nanos now) {
    const bool muted = muted_.load(std::memory_order_relaxed);
    const bool sound = ring_.read(now - delay_->value(), muted || !voice.heard(), block_);
    audible_ = sound && !muted && !removed();
    if (muted) {
      voice.reset();
    } else if (sound) {
      voice.update(block_);
    } else {
      voice.updateSilence();
    }
    candidate.wants = voice.heard() && !muted && !removed();
    candidate.loudNow = voice.heardNow();
    candidate.levelDb = voice.levelDb();
    if (!levelling_) return;
    leveller_.update(voice.speaking() && voice.voicedNow(), voice.blockDb());
    candidate.levelDb += leveller_.gainDb();
  }
  const AudioBlock* track() const { return audible_ ? &block_ : nullptr; }  // as it came
  void makeOwn() {
    if (levelling_) {
      leveller_.apply(block_, own);
    } else {
      std::ranges::copy(block_, own.begin());
    }
    if (candidate.seat == Seat::joining) rampIn(own);
    if (candidate.seat == Seat::leaving) rampOut(own);
  }

  SumBlock own;  // what it adds to the sum, while seated
  VoiceActivity voice;
  Candidate candidate;
  Limiter limiter;               // of the personal mix,
  std::uint64_t personalAt = 0;  // which it had in this tick

 private:
  const bool levelling_;
  std::shared_ptr<Slot> companion_, nextCompanion_;
  const std::shared_ptr<PlayoutDelay> delay_;
  PlayoutRing ring_;
  AudioBlock block_;
  bool audible_ = false;
  Leveller leveller_;
  std::atomic<bool> muted_{false}, removed_{false};
};

class Mixer final : public AudioMixer {
 public:
  explicit Mixer(const AudioMixerSettings& settings)
      : channels_(std::clamp(settings.channels, 1, kMaxChannels)),
        maxTalkers_(std::max(settings.maxTalkers, 1)),
        levelling_(settings.levelling),
        selection_(maxTalkers_),
        sum_(channels_),
        difference_(channels_) {
    result_.common = AudioBlock(channels_);
    result_.personal.reserve(static_cast<std::size_t>(maxTalkers_));
  }

  std::shared_ptr<AudioSlot> addSlot(std::shared_ptr<PlayoutDelay> delay,
                                     const AudioSlot* companion) override;
  void setCompanion(const std::shared_ptr<AudioSlot>& slot, const AudioSlot* companion) override;
  // Stays for the tick in which its sound is ramped down, if it is heard.
  void removeSlot(const std::shared_ptr<AudioSlot>& slot) override {
    if (slot) std::static_pointer_cast<Slot>(slot)->remove();
  }
  void play(Chime chime) override { chimes_.play(chime); }
  void setTracks(bool wanted) override { tracksWanted_.store(wanted, std::memory_order_relaxed); }
  const AudioTick& tick(Nanos now) override;
  std::uint64_t ticks() const override { return ticks_.load(std::memory_order_relaxed); }
  AudioMixerStats stats() const override;

 private:
  void collectSlots();
  void addUp();
  void makePersonal();
  void addPersonal(Slot& participant);
  void report();
  void tellTracks();

  const int channels_, maxTalkers_;
  const bool levelling_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Slot>> slots_;
  std::atomic<std::uint64_t> ticks_{0};
  std::atomic<bool> tracksWanted_{false};
  ChimePlayer chimes_;

  // Tick thread.
  TalkerSelection selection_;
  std::vector<std::shared_ptr<Slot>> present_;
  std::vector<Candidate*> candidates_;
  std::vector<Slot*> heard_;
  SumBlock sum_, difference_;
  Limiter limiter_;
  AudioTick result_;
};

std::shared_ptr<AudioSlot> Mixer::addSlot(std::shared_ptr<PlayoutDelay> delay, const AudioSlot* companion) {
  auto slot = std::make_shared<Slot>(std::move(delay), channels_, levelling_);
  {
    const std::lock_guard lock(mutex_);
    slots_.push_back(slot);
  }
  setCompanion(slot, companion);
  return slot;
}

void Mixer::setCompanion(const std::shared_ptr<AudioSlot>& slot, const AudioSlot* companion) {
  const std::lock_guard lock(mutex_);
  const auto main = std::ranges::find(slots_, companion, [](const auto& each) { return each.get(); });
  std::static_pointer_cast<Slot>(slot)->setCompanion(main == slots_.end() ? nullptr : *main);
}

// A removed slot goes when it is no longer heard; it is destroyed after the lock.
void Mixer::collectSlots() {
  const auto gone = [](const auto& slot) { return slot->removed() && !seated(slot->candidate.seat); };
  present_.clear();
  const std::lock_guard lock(mutex_);
  for (const auto& slot : slots_) slot->settleCompanion();
  present_ = slots_;
  std::erase_if(slots_, gone);
}

void Mixer::addUp() {
  heard_.clear();
  std::ranges::fill(sum_, 0);
  chimes_.addTo(sum_);
  for (const auto& slot : present_) {
    if (!seated(slot->candidate.seat)) continue;
    heard_.push_back(slot.get());
    slot->makeOwn();
    for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += slot->own[i];
  }
}

// One for each participant of whom anything is heard: the sum without what is theirs. Who is heard no more
// keeps it, while there is room, until its limiter and everybody's have come to the same gain.
void Mixer::makePersonal() {
  result_.personal.clear();
  const std::uint64_t thisTick = ticks() + 1;
  for (Slot* const slot : heard_) {
    Slot& participant = slot->participant();
    if (participant.removed() || participant.personalAt == thisTick) continue;
    if (participant.personalAt + 1 != thisTick) participant.limiter.continueFrom(limiter_);
    addPersonal(participant);
  }
  for (const auto& slot : present_) {
    if (slot->personalAt + 1 != thisTick || slot->removed() || slot->limiter.agreesWith(limiter_)) continue;
    if (static_cast<int>(result_.personal.size()) < maxTalkers_) addPersonal(*slot);
  }
}

void Mixer::addPersonal(Slot& participant) {
  participant.personalAt = ticks() + 1;
  difference_ = sum_;
  for (Slot* const slot : heard_) {
    if (&slot->participant() != &participant) continue;
    for (std::size_t i = 0; i < sum_.size(); ++i) difference_[i] -= slot->own[i];
  }
  result_.personal.push_back({&participant, AudioBlock(channels_)});
  participant.limiter.apply(difference_, result_.personal.back().mix);
}

void Mixer::report() {
  result_.levels.clear();
  for (const auto& slot : present_) {
    if (slot->removed()) continue;
    result_.levels.push_back(
        {slot.get(), slot->voice.levelDb(), slot->voice.speaking(), seated(slot->candidate.seat)});
  }
}

void Mixer::tellTracks() {
  result_.tracks.clear();
  if (!tracksWanted_.load(std::memory_order_relaxed)) return;
  for (const auto& slot : present_) {
    if (const AudioBlock* track = slot->track()) result_.tracks.push_back({slot.get(), *track});
  }
}

const AudioTick& Mixer::tick(Nanos now) {
  collectSlots();
  candidates_.clear();
  for (const auto& slot : present_) {
    slot->read(now);
    candidates_.push_back(&slot->candidate);
  }
  selection_.update(candidates_);
  addUp();
  result_.time = now;
  makePersonal();
  limiter_.apply(sum_, result_.common);
  report();
  tellTracks();
  ticks_.fetch_add(1, std::memory_order_relaxed);
  return result_;
}

AudioMixerStats Mixer::stats() const {
  AudioMixerStats out;
  const std::lock_guard lock(mutex_);
  for (const auto& slot : slots_) {
    const auto counters = slot->counters();
    out.lateSamples += counters.late;
    out.missingSamples += counters.missing;
    out.skippedSamples += counters.skipped;
  }
  return out;
}

}  // namespace

std::unique_ptr<AudioMixer> AudioMixer::create(const AudioMixerSettings& settings) {
  return std::make_unique<Mixer>(settings);
}

}  // namespace tessera::mix
