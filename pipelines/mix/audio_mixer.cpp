// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/audio_mixer.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <utility>

#include "pipelines/mix/limiter.h"
#include "pipelines/mix/playout_ring.h"
#include "pipelines/mix/talkers.h"
#include "pipelines/mix/voice_activity.h"

namespace tessera::mix {
namespace {

constexpr int kRamp = kSampleRate / 200;  // 5 ms, into the sum and out of it

float levelOf(const AudioBlock& block) {
  std::int64_t sum = 0;
  for (const std::int32_t sample : block) sum += sample * sample;
  if (sum == 0) return kSilenceDb;
  const double meanSquare = static_cast<double>(sum) / kTickSamples;
  return std::max(kSilenceDb, static_cast<float>(10 * std::log10(meanSquare / (32768.0 * 32768.0))));
}

void rampIn(AudioBlock& block) {
  for (int i = 0; i < kRamp; ++i) {
    auto& sample = block[static_cast<std::size_t>(i)];
    sample = static_cast<std::int16_t>(sample * i / kRamp);
  }
}

void rampOut(AudioBlock& block) {
  for (int i = 0; i < kRamp; ++i) {
    auto& sample = block[static_cast<std::size_t>(i)];
    sample = static_cast<std::int16_t>(sample * (kRamp - i) / kRamp);
  }
  std::fill(block.begin() + kRamp, block.end(), std::int16_t{0});
}

class Slot final : public AudioSlot {
 public:
  explicit Slot(std::shared_ptr<PlayoutDelay> delay) : delay_(std::move(delay)) {
    if (!delay_) delay_ = PlayoutDelay::create();
  }

  void push(std::span<const std::int16_t> samples, Nanos captured, Nanos arrived) override {
    if (captured > Nanos{0}) delay_->observeAudio(captured, arrived);
    ring_.write(samples, captured, arrived);
  }
  void setMuted(bool muted) override { muted_.store(muted, std::memory_order_relaxed); }
  void remove() { removed_.store(true, std::memory_order_relaxed); }
  bool removed() const { return removed_.load(std::memory_order_relaxed); }
  PlayoutRing::Counters counters() const { return ring_.counters(); }

  // Tick thread from here.
  void read(Nanos now) {
    const bool muted = muted_.load(std::memory_order_relaxed);
    const bool sound = ring_.read(now - delay_->value(), muted || !voice.heard(), block);
    if (muted) {
      voice.reset();
    } else {
      voice.update(sound ? levelOf(block) : kSilenceDb);
    }
    candidate.wants = voice.heard() && !muted && !removed();
    candidate.loudNow = voice.heardNow();
    candidate.levelDb = voice.levelDb();
  }
  void ramp() {
    if (candidate.seat == Seat::joining) rampIn(block);
    if (candidate.seat == Seat::leaving) rampOut(block);
  }

  AudioBlock block{};
  VoiceActivity voice;
  Candidate candidate;
  Limiter limiter;  // of the personal mix

 private:
  std::shared_ptr<PlayoutDelay> delay_;
  PlayoutRing ring_;
  std::atomic<bool> muted_{false}, removed_{false};
};

class Mixer final : public AudioMixer {
 public:
  explicit Mixer(int maxTalkers) : selection_(std::max(maxTalkers, 1)) {
    result_.personal.reserve(static_cast<std::size_t>(std::max(maxTalkers, 1)));
  }

  std::shared_ptr<AudioSlot> addSlot(std::shared_ptr<PlayoutDelay> delay, const AudioSlot*) override {
    auto slot = std::make_shared<Slot>(std::move(delay));
    const std::lock_guard lock(mutex_);
    slots_.push_back(slot);
    return slot;
  }
  // Stays for the tick in which its sound is ramped down, if it is heard.
  void removeSlot(const std::shared_ptr<AudioSlot>& slot) override {
    if (slot) std::static_pointer_cast<Slot>(slot)->remove();
  }
  void play(Chime) override {}
  const AudioTick& tick(Nanos now) override;
  std::uint64_t ticks() const override { return ticks_.load(std::memory_order_relaxed); }
  AudioMixerStats stats() const override;

 private:
  void collectSlots();
  void addUp();
  void makePersonal();
  void report();

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<Slot>> slots_;
  std::atomic<std::uint64_t> ticks_{0};

  // Tick thread.
  TalkerSelection selection_;
  std::vector<std::shared_ptr<Slot>> present_;
  std::vector<Candidate*> candidates_;
  SumBlock sum_{}, difference_{};
  Limiter limiter_;
  AudioTick result_;
};

// A removed slot goes when it is no longer heard; it is destroyed after the lock.
void Mixer::collectSlots() {
  const auto gone = [](const auto& slot) { return slot->removed() && !seated(slot->candidate.seat); };
  present_.clear();
  const std::lock_guard lock(mutex_);
  present_ = slots_;
  std::erase_if(slots_, gone);
}

void Mixer::addUp() {
  sum_.fill(0);
  for (const auto& slot : present_) {
    if (!seated(slot->candidate.seat)) continue;
    slot->ramp();
    if (slot->candidate.seat == Seat::joining) slot->limiter.continueFrom(limiter_);
    for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += slot->block[i];
  }
}

void Mixer::makePersonal() {
  result_.personal.clear();
  for (const auto& slot : present_) {
    if (!seated(slot->candidate.seat) || slot->removed()) continue;
    for (std::size_t i = 0; i < sum_.size(); ++i) difference_[i] = sum_[i] - slot->block[i];
    auto& personal = result_.personal.emplace_back();
    personal.slot = slot.get();
    slot->limiter.apply(difference_, personal.mix);
  }
}

void Mixer::report() {
  result_.levels.clear();
  for (const auto& slot : present_) {
    if (slot->removed()) continue;
    result_.levels.push_back(
        {slot.get(), slot->voice.levelDb(), slot->voice.speaking(), seated(slot->candidate.seat)});
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
  return std::make_unique<Mixer>(settings.maxTalkers);
}

}  // namespace tessera::mix
