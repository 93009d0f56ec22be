// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/voice_activity.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tessera::mix {
namespace {

constexpr float kFloorMin = -75, kFloorMax = -50;  // dBov
constexpr float kFloorRise = 0.04F;                // dB per tick: 2 dB/s
constexpr float kFloorFall = 0.3F;                 // of the difference, per tick
constexpr float kHeardAbove = 6, kHeardMin = -65;
constexpr float kAttack = 0.6F, kRelease = 0.2F;  // of the difference, per tick
// Speech begins with kBeginVoiced pitched blocks of the last 7 (80 of 140 ms: the longest vowel that a cough
// ends with is shorter, and after the longest "s" there is time enough), and goes on with 2 of the last 4.
constexpr unsigned kBeginWindow = 0x7F, kGoOnWindow = 0xF;
constexpr int kBeginVoiced = 4, kGoOnVoiced = 2;

float levelOf(const AudioBlock& block) {
  std::int64_t sum = 0;
  for (const std::int32_t sample : block) sum += sample * sample;
  if (sum == 0) return kSilenceDb;
  const double meanSquare = static_cast<double>(sum) / static_cast<double>(block.size());
  return std::max(kSilenceDb, static_cast<float>(10 * std::log10(meanSquare / (32768.0 * 32768.0))));
}

}  // namespace

void VoiceActivity::update(const AudioBlock& block) {
  const float level = levelOf(block);
  const bool loud = level > std::max(floorDb_ + kHeardAbove, kHeardMin);
  if (!loud && heardNow()) voicing_.reset();
  take(level, loud, loud && voicing_.isVoiced(block));
}

void VoiceActivity::updateSilence() {
  if (heardNow()) voicing_.reset();
  take(kSilenceDb, false, false);
}

void VoiceActivity::take(float blockDb, bool loud, bool voiced) {
  blockDb_ = blockDb;
  heardTicks_ = loud ? kHeardHang : std::max(heardTicks_ - 1, 0);
  history_ = history_ << 1U | (voiced ? 1U : 0U);
  const bool speech = speaking() ? std::popcount(history_ & kGoOnWindow) >= kGoOnVoiced
                                 : std::popcount(history_ & kBeginWindow) >= kBeginVoiced;
  speakingTicks_ = speech ? kSpeakingHang : std::max(speakingTicks_ - 1, 0);

  const float difference = blockDb - floorDb_;
  floorDb_ += difference < 0 ? difference * kFloorFall : std::min(difference, kFloorRise);
  floorDb_ = std::clamp(floorDb_, kFloorMin, kFloorMax);
  levelDb_ += (blockDb - levelDb_) * (blockDb > levelDb_ ? kAttack : kRelease);
}

}  // namespace tessera::mix
