// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/limiter.h"

#include <algorithm>

namespace tessera::mix {
namespace {

constexpr float kCeiling = 32000;
constexpr int kRamp = kSampleRate / 200;  // 5 ms
constexpr float kRecover = 1.04F;         // per tick: 6 dB in 18 ticks

int peakOf(const SumBlock& in) {
  int low = 0, high = 0;
  for (const int sample : in) {
    low = std::min(low, sample);
    high = std::max(high, sample);
  }
  return std::max(-low, high);
}

std::int16_t saturate(float value) {
  return static_cast<std::int16_t>(std::clamp(value, -32768.0F, 32767.0F));
}

}  // namespace

void Limiter::apply(const SumBlock& in, AudioBlock& out) {
  const auto peak = static_cast<float>(peakOf(in));
  const float allowed = peak > kCeiling ? kCeiling / peak : 1.0F;
  const float next = std::min({allowed, gain_ * kRecover, 1.0F});
  if (next == 1.0F && gain_ == 1.0F) {
    for (std::size_t i = 0; i < in.size(); ++i) out[i] = static_cast<std::int16_t>(in[i]);
    return;
  }
  const float step = (next - gain_) / kRamp;
  for (int i = 0; i < kRamp; ++i) {
    const auto at = static_cast<std::size_t>(i);
    out[at] = saturate(static_cast<float>(in[at]) * (gain_ + step * static_cast<float>(i)));
  }
  for (std::size_t i = kRamp; i < in.size(); ++i) out[i] = saturate(static_cast<float>(in[i]) * next);
  gain_ = next;
}

}  // namespace tessera::mix
