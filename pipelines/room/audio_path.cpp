// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/audio_path.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/thread_priority.h"

namespace tessera {
namespace {

int channelsOf(const RoomSettings& settings) {
  return settings.sound.stereo ? 2 : 1;
}

mix::AudioMixerSettings mixerSettings(const RoomSettings& settings) {
  return {settings.maxTalkers, channelsOf(settings), settings.sound.levelling};
}

}  // namespace

AudioPath::AudioPath(const RoomSettings& settings, Receivers receivers, LevelsHandler onLevels)
    : chimes_(settings.sound.chimes),
      receivers_(std::move(receivers)),
      onLevels_(std::move(onLevels)),
      mixer_(mix::AudioMixer::create(mixerSettings(settings))),
      encoders_(settings.audioKbps, channelsOf(settings)) {
  ticker_.emplace("audio-tick", mix::kAudioTick, [this](mix::Nanos now) { tick(now); });
}

std::shared_ptr<mix::AudioSlot> AudioPath::addSlot(std::shared_ptr<mix::PlayoutDelay> delay) {
  return mixer_->addSlot(std::move(delay));
}

void AudioPath::play(mix::Chime chime) {
  if (chimes_) mixer_->play(chime);
}

void AudioPath::setLosses(std::vector<ReceiverLoss> losses) {
  const std::lock_guard lock(lossesMutex_);
  newLosses_ = std::move(losses);
}

void AudioPath::setVoices(Voices voices) {
  auto next = std::make_shared<const Voices>(std::move(voices));
  const std::lock_guard lock(voicesMutex_);
  voices_.swap(next);
}

void AudioPath::takeLosses() {
  const std::lock_guard lock(lossesMutex_);
  if (newLosses_) encoders_.setLosses(*std::exchange(newLosses_, std::nullopt));
}

void AudioPath::tick(mix::Nanos now) {
  if (!std::exchange(preferred_, true)) preferThisThread(Precedence::realTime);
  mixer_->setTracks(receivers_.program->wantsTracks());
  const mix::AudioTick& tick = mixer_->tick(now);
  takeLosses();
  const EncodedAudio& encoded = encoders_.encode(tick, receivers_.fanOut->readySlots());
  encoderCount_.store(encoders_.encoders(), std::memory_order_relaxed);
  receivers_.fanOut->audio(encoded.common, encoded.personal);
  feedProgram(tick);
  receivers_.fanOut->checkPushes();
  ++sinceLevels_;
  if (levelsDue(tick)) tellLevels(tick);
}

// The sound of a tick begins a tick before it (docs/adr/0007).
void AudioPath::feedProgram(const mix::AudioTick& tick) {
  if (!receivers_.program->wantsSound()) return;
  auto sound = std::make_shared<ProgramSound>();
  sound->begin = tick.time - mix::kAudioTick;
  sound->mix = tick.common;
  if (!tick.tracks.empty()) {
    const auto voices = [this] {
      const std::lock_guard lock(voicesMutex_);
      return voices_;
    }();
    for (const auto& track : tick.tracks) {
      const auto voice =
          std::ranges::find(*voices, track.slot, [](const auto& each) { return each.first.get(); });
      if (voice != voices->end()) sound->tracks.push_back({voice->second, track.sound});
    }
  }
  receivers_.program->onSound(sound);
}

bool AudioPath::levelsDue(const mix::AudioTick& tick) const {
  if (sinceLevels_ >= kLevelTicks) return true;
  if (sinceLevels_ < kMinLevelTicks) return false;
  return !std::ranges::equal(tick.levels, toldSpeaking_, [](const mix::AudioLevel& level, const auto& told) {
    return level.slot == told.first && level.speaking == told.second;
  });
}

void AudioPath::tellLevels(const mix::AudioTick& tick) {
  sinceLevels_ = 0;
  toldSpeaking_.clear();
  std::vector<SlotLevel> levels;
  levels.reserve(tick.levels.size());
  for (const mix::AudioLevel& level : tick.levels) {
    toldSpeaking_.emplace_back(level.slot, level.speaking);
    levels.push_back({level.slot, static_cast<int>(std::lround(level.levelDb)), level.speaking});
  }
  onLevels_(std::move(levels));
}

}  // namespace tessera
