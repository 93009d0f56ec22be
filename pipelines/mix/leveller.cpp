// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/leveller.h"

#include <algorithm>
#include <cmath>

namespace tessera::mix {
namespace {

constexpr float kTargetDb = -23;  // of voiced blocks; the whole of speech is about 3 dB below
constexpr float kMinGainDb = -12, kMaxGainDb = 18;
constexpr float kRiseDb = 0.2F, kFallDb = 0.25F;  // per voiced block, which is half of speech: 5 and 6 dB/s
constexpr int kMemory = 150;                      // blocks: 3 s of vowels
constexpr int kFirst = 10;                        // blocks before the first change

}  // namespace

void Leveller::update(bool speech, float levelDb) {
  before_ = gain_;
  if (!speech) return;
  blocks_ = std::min(blocks_ + 1, kMemory);
  meanSquare_ += (std::pow(10.0F, levelDb / 10) - meanSquare_) / static_cast<float>(blocks_);
  if (blocks_ < kFirst) return;
  const float wanted = std::clamp(kTargetDb - 10 * std::log10(meanSquare_), kMinGainDb, kMaxGainDb);
  gainDb_ += std::clamp(wanted - gainDb_, -kFallDb, kRiseDb);
  gain_ = std::pow(10.0F, gainDb_ / 20);
}

void Leveller::apply(const AudioBlock& in, SumBlock& out) const {
  const int channels = in.channels();
  const float step = (gain_ - before_) / kTickSamples;
  for (int i = 0; i < kTickSamples; ++i) {
    const float gain = before_ + step * static_cast<float>(i);
    for (int c = 0; c < channels; ++c) {
      const auto at = static_cast<std::size_t>(i * channels + c);
      out[at] = static_cast<std::int32_t>(std::lrintf(static_cast<float>(in[at]) * gain));
    }
  }
}

}  // namespace tessera::mix
