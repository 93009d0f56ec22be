// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "pipelines/mix/audio_block.h"
#include "pipelines/mix/video_frame.h"

namespace tessera {

using mix::Nanos;

// The time that so many samples take, and the other way round (rounded down).
Nanos timeOfSamples(std::int64_t samples);
std::int64_t samplesIn(Nanos time);

// How the media time of a part goes with the clock: it runs from the part's begin, stands still while the
// recording is paused, and is counted in samples, so that sound is cut and joined without a loss. Plain
// state.
class MediaTime {
 public:
  static constexpr int kFadeSamples = mix::kSampleRate / 100;  // 10 ms on each side of a cut

  // What of a block of sound belongs to the part.
  struct Piece {
    int from = 0, count = 0;                 // samples of the block
    std::int64_t at = 0;                     // media time of the first, in samples
    std::int64_t fromCut = 0;                // samples since the run's begin
    std::optional<std::int64_t> toCut = {};  // samples up to its end, if that is known
    float gain(int sample) const;            // of the fades; `sample` of this piece
  };

  void run(Nanos from);  // goes on with what is of `from`, no earlier than the last halt
  // Stands still with what is of `to` or later. Gives the end, which is that of a whole sample.
  Nanos halt(Nanos to);
  bool running() const { return !runs_.empty() && !runs_.back().samples; }
  std::optional<Nanos> lastHalt() const;

  std::optional<Nanos> at(Nanos time) const;  // nothing: it is cut out
  Nanos before(Nanos time) const;             // how much media lies before this time
  std::vector<Piece> cut(Nanos begin) const;  // of the block that begins then

 private:
  struct Run {
    Nanos from{0};
    std::int64_t base = 0;                // media time at its begin
    std::optional<std::int64_t> samples;  // of one that is over
    Nanos end() const;
  };

  std::vector<Run> runs_;
};

}  // namespace tessera
