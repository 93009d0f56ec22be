// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/voicing.h"

#include <algorithm>
#include <numeric>

namespace tessera::mix {
namespace {

constexpr int kShortest = 20, kLongest = 114;  // periods at 8 kHz: pitches of 400 down to 70 Hz
constexpr int kWindow = 200;                   // 25 ms
constexpr float kBandShare = 0.01F;            // of the energy has to lie in the band: -20 dB

// In lanes, which a compiler may vectorise.
float dot(const float* a, const float* b) {
  constexpr int kLanes = 8;
  static_assert(kWindow % kLanes == 0);
  std::array<float, kLanes> sums{};
  for (int i = 0; i < kWindow; i += kLanes) {
    for (int lane = 0; lane < kLanes; ++lane)
      sums[static_cast<std::size_t>(lane)] += a[i + lane] * b[i + lane];
  }
  return std::accumulate(sums.begin(), sums.end(), 0.0F);
}

}  // namespace

float Voicing::Biquad::operator()(float x) {
  const float y = b0 * x + z1;
  z1 = b1 * x - a1 * y + z2;
  z2 = b2 * x - a2 * y;
  return y;
}

void Voicing::decimate(const AudioBlock& block) {
  std::copy(band_.begin() + kNew, band_.end(), band_.begin());
  const int step = kDecimation * block.channels();
  const std::int16_t* from = block.data();
  fullEnergy_ = bandEnergy_ = 0;
  for (auto to = band_.begin() + kNew; to != band_.end(); ++to, from += step) {
    int sum = 0;
    for (int i = 0; i < step; ++i) sum += from[i];
    const float sample = static_cast<float>(sum) / static_cast<float>(step);
    *to = lowPass_(highPass_(sample));
    fullEnergy_ += sample * sample;
    bandEnergy_ += *to * *to;
  }
}

// The largest autocorrelation of the window, as a share of the energy at both ends of the lag, so that a
// click that dies away has none.
float Voicing::periodicity() const {
  static_assert(kLongest + kWindow <= kHistory);
  const float* const now = band_.data() + kHistory - kWindow;
  const double nowEnergy = dot(now, now);
  if (nowEnergy < kWindow) return 0;  // below one step of 16 bits
  double thenEnergy = dot(now - kShortest, now - kShortest);
  double best = 0;
  for (int lag = kShortest; lag <= kLongest; ++lag) {
    const float* const then = now - lag;
    best = std::max(best, 2 * dot(now, then) / (nowEnergy + thenEnergy));
    thenEnergy += then[-1] * then[-1] - then[kWindow - 1] * then[kWindow - 1];
  }
  return static_cast<float>(best);
}

float Voicing::measure(const AudioBlock& block) {
  decimate(block);
  return bandEnergy_ > fullEnergy_ * kBandShare ? periodicity() : 0;
}

}  // namespace tessera::mix
