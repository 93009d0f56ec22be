// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "load/process_stats.h"
#include "load/report.h"

namespace tessera::load {

struct ChurnSample {
  int round = 0;
  std::vector<ProcessSample> processes;
};

// What came of letting people come and go.
struct ChurnReport {
  std::string url, room;
  int wantedRounds = 0, rounds = 0, membersPerRound = 0;
  bool interrupted = false;
  std::vector<double> firstFrameMs;   // of every join
  std::vector<std::string> failures;  // who did not join or did not get a picture, and why
  std::vector<ChurnSample> samples;   // the first is what the last is compared with
  std::string serverNote;             // why there are none
};

// What is allowed to be more at the end than at the first sample: a timer's thread, a heap that has not
// settled.
inline constexpr int kMoreThreads = 2;
inline constexpr int kMoreFiles = 2;
inline constexpr double kMorePss = 0.15;  // of the first, and at least
inline constexpr std::int64_t kMorePssBytes = 8 << 20;
// Memory has to level off: it is judged over the second half of the rounds, and not before this one, for
// heaps of many threads fill up slowly. A leak of 50 KiB per member shows within 200 rounds of 4.
inline constexpr int kFirstMemoryRound = 10;

// What grew beyond that, or died; empty: nothing.
std::vector<std::string> growthOf(const ChurnReport& report);
bool passed(const ChurnReport& report);
std::string tableOf(const ChurnReport& report);
std::string jsonOf(const ChurnReport& report);

}  // namespace tessera::load
