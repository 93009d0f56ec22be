// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include "post/av.h"

namespace tessera::post {

// Lays packets of sound one after another without a hole, whatever their timestamps say: these only tell
// where silence is to be put in and what comes twice. Counts samples, so nothing drifts. All times are of the
// file that is written.
class SoundRun {
 public:
  // What to do before a packet is written, or instead of it.
  struct Step {
    Ticks silence = 0;  // to be filled in first, as whole packets of about so much
    bool keep = true;
  };

  // `tolerance`: timestamps may be this far off before something is done about it.
  explicit SoundRun(Ticks tolerance) : tolerance_(tolerance) {}

  Ticks end() const { return end_; }     // of what was written
  void beginAt(Ticks at) { end_ = at; }  // before the first packet
  Step step(Ticks pts) const {
    const Ticks early = end_ - pts;
    if (early > tolerance_) return {0, false};
    return {-early > tolerance_ ? -early : 0, true};
  }
  void wrote(Ticks duration) { end_ += duration; }

 private:
  Ticks tolerance_;
  Ticks end_ = 0;
};

}  // namespace tessera::post
