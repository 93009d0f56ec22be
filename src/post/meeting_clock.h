// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "wire/recording_files.h"

namespace tessera::post {

// How one part lies in the finished file.
struct PartTimes {
  std::int64_t baseMs = 0;              // where it begins in the file
  std::int64_t lengthMs = 0;            // how much of the file is of it
  std::int64_t endedNearMs = 0;         // Unix time when it was written last; counts only without points
  std::vector<wire::PartPoint> points;  // its sidecar
};

struct Interval {
  std::int64_t fromUnixMs = 0, toUnixMs = 0;
  std::int64_t mediaMs = 0;  // where the file skips it
};

// Maps Unix time to the time of the finished file by the sidecars of its parts. Time stands still while
// nothing was recorded. The parts follow each other by their numbers alone: when the machine's clock was set
// back in between, the same time may come in two of them, and the later one counts.
class MeetingClock {
 public:
  MeetingClock(const std::vector<PartTimes>& parts, std::int64_t startedAtMs);

  std::int64_t mediaAt(std::int64_t unixMs) const;
  // Where time stands still, in order: pauses by the sidecars, and from the end of a part to the next (which
  // is a pause when the part ended in one).
  const std::vector<Interval>& pauses() const { return pauses_; }
  const std::vector<Interval>& gaps() const { return gaps_; }
  std::int64_t startUnixMs() const { return parts_.empty() ? 0 : parts_.front().ties.front().unixMs; }
  std::int64_t endUnixMs() const { return parts_.empty() ? 0 : parts_.back().ties.back().unixMs; }

 private:
  struct Tie {
    std::int64_t unixMs, mediaMs;
  };
  struct Part {
    std::int64_t baseMs;
    std::vector<Tie> ties;  // one at least; neither time ever falls

    void tie(std::int64_t unixMs, std::int64_t mediaMs);
    std::int64_t mediaAt(std::int64_t unixMs) const;  // from the first tie to the last
  };
  void addPart(const PartTimes& times, std::int64_t startedAtMs);

  std::vector<Part> parts_;
  std::vector<Interval> pauses_, gaps_;
  std::int64_t pausedSince_ = -1;  // Unix time, of the part added last; -1: it goes on
};

}  // namespace tessera::post
