// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cmath>

#include "pipelines/mix/audio_block.h"

namespace tessera::mix {

// Brings one output's sum into 16 bits by a smooth gain, which falls within 5 ms and recovers over a
// second, the same for both channels. Each output has its own, so that nobody's level moves another's mix.
class Limiter {
 public:
  void apply(const SumBlock& in, AudioBlock& out);
  // A receiver that changes from one mix to another hears no step.
  void continueFrom(const Limiter& other) { gain_ = other.gain_; }
  bool agreesWith(const Limiter& other) const { return std::abs(gain_ - other.gain_) < 0.01F; }  // 0.1 dB

 private:
  float gain_ = 1;
};

}  // namespace tessera::mix
