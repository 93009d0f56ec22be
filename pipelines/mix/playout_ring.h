// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "pipelines/mix/audio_mixer.h"

namespace tessera::mix {

// The sound of one participant on its capture timeline. write() puts it where its capture time says (gaps
// become silence), read() plays the 20 ms that end with what was captured at a given time, and steers the
// difference between the sender's clock and ours, and changes of D, away: by resampling of at most 1.5 %, by
// skips or pauses while nothing is said, and beyond 100 ms at once. Every edge is faded over 5 ms. A sender
// that pauses costs next to nothing, and is at its place again with the first sample that it sends.
//
// Everything is counted in samples per channel.
//
// write() on the streaming thread, read() on the tick thread; the lock is held for the copy of one block.
class PlayoutRing {
 public:
  static constexpr int kMaxBuffered = kSampleRate / 2;  // samples ahead of the play position

  struct Counters {
    std::uint64_t late = 0;     // samples that came after their turn
    std::uint64_t missing = 0;  // played as silence because they came too late or were lost
    std::uint64_t skipped = 0;  // samples jumped over to get back to the playout delay
  };

  explicit PlayoutRing(int channels = 1);

  void write(std::span<const std::int16_t> samples, Nanos captured, Nanos arrived);
  // Fills `out`; false when it is all silence. `quiet`: nobody would notice a skip or a pause now.
  bool read(Nanos end, bool quiet, AudioBlock& out);
  Counters counters() const;

 private:
  using Index = std::int64_t;            // of a sample since the first one written
  static constexpr Index kRing = 32768;  // 680 ms
  static constexpr Index kMask = kRing - 1;
  using Frame = std::array<std::int16_t, kMaxChannels>;  // one sample of each channel
  static constexpr int kMaxStretch = 14;                 // samples per block: 1.5 %
  static constexpr int kLead = 1, kTail = 2;             // neighbours that the interpolation looks at

  double capturePosition(Nanos time) const;
  std::int16_t* at(Index index);
  const std::int16_t* at(Index index) const;
  void follow(double error);
  void fillGap(Index count);
  void append(const std::int16_t* samples, Index count);
  void countMissing(Index begin);
  void noteLateness(Index begin);
  void boundBacklog(Index& target);
  int stretch(Index error);
  int pauseOrSkip(Index target, bool quiet);
  bool isDry() const;
  bool play(Index target, int pause, int consume, AudioBlock& out);
  void fetch(Index from, int count, std::int16_t* to) const;
  void fetchResampled(int count, std::int16_t* to) const;
  void fadeTail(std::int16_t* to, int count);
  void fadeHead(std::int16_t* to, int count);
  void recoverExtra();

  const int channels_;
  mutable std::mutex mutex_;
  std::vector<std::int16_t> ring_;  // interleaved
  Counters counters_;

  // Writing. Sample n was captured at position n + shift_ of the timeline that starts at origin_.
  bool started_ = false;
  Nanos origin_{0};
  double shift_ = 0;
  Index written_ = 0;  // the next sample's index
  int fadeIn_ = 0;     // samples still to fade in while writing
  Frame lastWritten_{};
  int lateInARow_ = 0;
  Index lateBy_ = 0;  // the first of these

  // Reading.
  bool reading_ = false;
  Index read_ = 0;           // the next sample to play
  bool correcting_ = false;  // resampling until the error is gone
  bool faded_ = true;        // what is played next has to be faded in
  Frame lastPlayed_{};
  Index dry_ = 0;    // played as silence since there was nothing left
  Index extra_ = 0;  // further delay of a sender that is always later than the largest D
  Index leastAhead_ = kRing;
  int ticksWatched_ = 0;
};

}  // namespace tessera::mix
