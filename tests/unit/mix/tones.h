// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

#include "pipelines/mix/audio_mixer.h"

// Sounds for the mixer tests, and what to listen for in its output.

namespace tessera::mix::test {

using Samples = std::vector<std::int16_t>;

inline Samples tone(double hertz, double amplitude, std::size_t count, std::size_t first = 0,
                    double rate = kSampleRate) {
  Samples out(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double phase = 2 * std::numbers::pi * hertz * static_cast<double>(first + i) / rate;
    out[i] = static_cast<std::int16_t>(std::lround(amplitude * std::sin(phase)));
  }
  return out;
}

// Level of one frequency in dBov (a full-scale sine is about -3), by Goertzel over all of `samples`.
inline double toneDb(std::span<const std::int16_t> samples, double hertz) {
  const double turn = 2 * std::numbers::pi * hertz / kSampleRate;
  const double coefficient = 2 * std::cos(turn);
  double s1 = 0, s2 = 0;
  const auto count = static_cast<double>(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    // A Hann window, so that a neighbour 25 Hz off does not leak in.
    const double window = 1 - std::cos(2 * std::numbers::pi * static_cast<double>(i) / count);
    const double s0 = samples[i] / 32768.0 * window + coefficient * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  const double power = (s1 * s1 + s2 * s2 - coefficient * s1 * s2) * 2 / (count * count);
  return 10 * std::log10(std::max(power, 1e-13));
}

inline double rmsDb(std::span<const std::int16_t> samples) {
  double sum = 0;
  for (const double sample : samples) sum += sample * sample;
  return 10 * std::log10(std::max(sum / static_cast<double>(samples.size()) / (32768.0 * 32768.0), 1e-13));
}

// The largest step of the slope: what makes a click. A sine has amplitude * (2 pi f / rate)^2.
inline double roughest(std::span<const std::int16_t> samples) {
  double worst = 0;
  for (std::size_t i = 2; i < samples.size(); ++i) {
    worst = std::max(worst, std::abs(samples[i] - 2.0 * samples[i - 1] + samples[i - 2]));
  }
  return worst;
}

inline void append(Samples& to, const AudioBlock& block) {
  to.insert(to.end(), block.begin(), block.end());
}

}  // namespace tessera::mix::test
