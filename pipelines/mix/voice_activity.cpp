// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/voice_activity.h"

#include <algorithm>
#include <bit>

namespace tessera::mix {
namespace {

constexpr float kFloorMin = -75, kFloorMax = -50;  // dBov
constexpr float kFloorRise = 0.04F;                // dB per tick: 2 dB/s
constexpr float kFloorFall = 0.3F;                 // of the difference, per tick
constexpr float kHeardAbove = 6, kHeardMin = -65;
constexpr float kSpeechAbove = 9, kSpeechMin = -50;
constexpr float kAttack = 0.6F, kRelease = 0.2F;  // of the difference, per tick
constexpr unsigned kRecent = 0xF;                 // of the last 4 ticks
constexpr int kNeeded = 3;                        // this many must be loud

}  // namespace

void VoiceActivity::update(float blockDb) {
  const bool heard = blockDb > std::max(floorDb_ + kHeardAbove, kHeardMin);
  const bool speech = blockDb > std::max(floorDb_ + kSpeechAbove, kSpeechMin);
  heardTicks_ = heard ? kHeardHang : std::max(heardTicks_ - 1, 0);
  history_ = (history_ << 1U | (speech ? 1U : 0U)) & kRecent;
  const bool voiced = std::popcount(history_) >= kNeeded;
  speakingTicks_ = voiced ? kSpeakingHang : std::max(speakingTicks_ - 1, 0);

  const float difference = blockDb - floorDb_;
  floorDb_ += difference < 0 ? difference * kFloorFall : std::min(difference, kFloorRise);
  floorDb_ = std::clamp(floorDb_, kFloorMin, kFloorMax);
  levelDb_ += (blockDb - levelDb_) * (blockDb > levelDb_ ? kAttack : kRelease);
}

}  // namespace tessera::mix
