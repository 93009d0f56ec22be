// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipelines/mix/audio_block.h"

namespace tessera::mix {

// Brings one output's sum into 16 bits by a smooth gain, which falls within 5 ms and recovers over a
// second, the same for both channels. Each output has its own, so that nobody's level moves another's mix.
class Limiter {
 public:
  void apply(const SumBlock& in, AudioBlock& out);
  // A receiver that changes from one mix to another hears no step.
  void continueFrom(const Limiter& other) { gain_ = other.gain_; }

 private:
  float gain_ = 1;
};

}  // namespace tessera::mix
