// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/audio_path.h"

#include <cmath>

namespace tessera {

AudioPath::AudioPath(const RoomSettings& settings, std::shared_ptr<FanOut> fanOut, LevelsHandler onLevels)
    : fanOut_(std::move(fanOut)),
      onLevels_(std::move(onLevels)),
      mixer_(mix::AudioMixer::create({settings.maxTalkers, 1, settings.sound.levelling})),
      encoders_(settings.audioKbps) {
  ticker_.emplace("audio-tick", mix::kAudioTick, [this](mix::Nanos now) { tick(now); });
}

std::shared_ptr<mix::AudioSlot> AudioPath::addSlot(std::shared_ptr<mix::PlayoutDelay> delay) {
  return mixer_->addSlot(std::move(delay));
}

void AudioPath::tick(mix::Nanos now) {
  const mix::AudioTick& tick = mixer_->tick(now);
  const EncodedAudio& encoded = encoders_.encode(tick, fanOut_->readySlots());
  encoderCount_.store(encoders_.encoders(), std::memory_order_relaxed);
  fanOut_->audio(encoded.common, encoded.personal);
  fanOut_->checkPushes();
  if (++sinceLevels_ >= kLevelTicks) tellLevels(tick);
}

void AudioPath::tellLevels(const mix::AudioTick& tick) {
  sinceLevels_ = 0;
  std::vector<SlotLevel> levels;
  levels.reserve(tick.levels.size());
  for (const mix::AudioLevel& level : tick.levels)
    levels.push_back({level.slot, static_cast<int>(std::lround(level.levelDb)), level.speaking});
  onLevels_(std::move(levels));
}

}  // namespace tessera
