// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>

#include "pipelines/mix/audio_block.h"

namespace tessera::mix {

// Whether sound has a pitch, as vowels have and coughs, clicks, keys, breath and fans have not: how well what
// lies between 200 and 1000 Hz repeats itself with some period of 2.5 to 14 ms.
class Voicing {
 public:
  bool isVoiced(const AudioBlock& block) { return measure(block) > kVoiced; }
  float measure(const AudioBlock& block);  // 0 to 1; of this block and the end of the one before it
  void reset() { *this = {}; }

 private:
  static constexpr float kVoiced = 0.62F;
  static constexpr int kDecimation = 6;  // to 8 kHz
  static constexpr int kNew = kTickSamples / kDecimation;
  static constexpr int kHistory = 2 * kNew;

  struct Biquad {
    float b0, b1, b2, a1, a2;
    float z1 = 0, z2 = 0;
    float operator()(float x);
  };

  void decimate(const AudioBlock& block);
  float periodicity() const;

  std::array<float, kHistory> band_{};
  float fullEnergy_ = 0, bandEnergy_ = 0;  // of the newest block
  // Butterworth at 8 kHz (the audio EQ cookbook's formulae, Q = 0.707).
  Biquad highPass_{0.894859F, -1.789718F, 0.894859F, -1.778632F, 0.800803F};  // 200 Hz
  Biquad lowPass_{0.097631F, 0.195262F, 0.097631F, -0.942809F, 0.333333F};    // 1000 Hz
};

}  // namespace tessera::mix
