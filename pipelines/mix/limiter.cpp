// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/limiter.h"

#include <algorithm>
#include <cmath>

namespace tessera::mix {
namespace {

constexpr float kCeiling = 32000;
constexpr int kRamp = kSampleRate / 200;           // 5 ms,
constexpr int kSteepestRamp = kSampleRate / 4000;  // or down to 0.25 ms before a sudden overload
constexpr float kRecover = 1.015F;                 // per tick: 6.5 dB/s

int peakOf(const SumBlock& in) {
  int low = 0, high = 0;
  for (const int sample : in) {
    low = std::min(low, sample);
    high = std::max(high, sample);
  }
  return std::max(-low, high);
}

// How long the gain may take to change: a falling one has to be there before the first sample that needs it.
int rampBefore(const SumBlock& in, float gain) {
  const auto overload = [gain](int sample) { return std::abs(static_cast<float>(sample)) * gain > kCeiling; };
  const auto first = std::find_if(in.begin(), in.begin() + kRamp * in.channels(), overload) - in.begin();
  return std::max(static_cast<int>(first) / in.channels(), kSteepestRamp);
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
  const int ramp = next < gain_ ? rampBefore(in, gain_) : kRamp;
  const float step = (next - gain_) / static_cast<float>(ramp);
  const int channels = in.channels();
  const auto ramped = static_cast<std::size_t>(ramp * channels);
  for (std::size_t i = 0; i < ramped; ++i) {
    const auto frame = static_cast<float>(i / static_cast<std::size_t>(channels));
    out[i] = saturate(static_cast<float>(in[i]) * (gain_ + step * frame));
  }
  for (std::size_t i = ramped; i < in.size(); ++i) out[i] = saturate(static_cast<float>(in[i]) * next);
  gain_ = next;
}

}  // namespace tessera::mix
