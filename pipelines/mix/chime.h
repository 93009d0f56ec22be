// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <vector>

#include "pipelines/mix/audio_mixer.h"

namespace tessera::mix {

// Two soft notes, rising when somebody enters and falling when somebody leaves, about 300 ms at -26 dBov.
// However many come while one sounds, each kind is played once more at most.
class ChimePlayer {
 public:
  ChimePlayer();
  void play(Chime chime) { wanted_.fetch_or(bit(chime), std::memory_order_relaxed); }  // any thread
  void addTo(SumBlock& sum);                                                           // tick thread

 private:
  static unsigned bit(Chime chime) { return 1U << static_cast<unsigned>(chime); }
  void begin();

  const std::vector<std::int16_t> entry_, exit_;  // mono
  std::atomic<unsigned> wanted_{0};               // a bit for each Chime
  const std::vector<std::int16_t>* playing_ = nullptr;
  std::size_t next_ = 0;
};

}  // namespace tessera::mix
