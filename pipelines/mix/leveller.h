// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipelines/mix/audio_block.h"

namespace tessera::mix {

// Brings one speaker to the common level: a gain that follows the level of their speech over some seconds. It
// moves slowly, and only while they speak: pauses and noise leave it as it is, so that nothing pumps.
class Leveller {
 public:
  // Once per tick. `speech`: this block is speech; `levelDb`: its level in dBov.
  void update(bool speech, float levelDb);
  void apply(const AudioBlock& in, SumBlock& out) const;
  float gainDb() const { return gainDb_; }

 private:
  float meanSquare_ = 0;  // of speech, full scale is 1
  int blocks_ = 0;        // that it was learned from, up to its memory
  float gainDb_ = 0;
  float before_ = 1, gain_ = 1;  // at the beginning and the end of this tick
};

}  // namespace tessera::mix
