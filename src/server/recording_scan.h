// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/recording_files.h"
#include "wire/recording_messages.h"

namespace tessera::server {

// What lies in the directory of the recordings (docs/recording.md). Any thread; waits for the disk.

// A recording as the disk tells of it.
struct FoundRecording {
  wire::RecordingInfo info;
  std::string name;                         // base name of its files
  std::string poster;                       // file; empty: none
  std::int64_t endedAtMs = 0;               // Unix time; 0: not known
  std::int64_t takes = 0;                   // bytes of all files of a complete one
  std::optional<wire::RecordingPlan> plan;  // of one that is not complete
};

std::string workOf(const std::string& directory, const RecordingId& id);
std::string planFile(const std::string& directory, const RecordingId& id);

// Complete ones and those that are left over in .work, which become `finishing`. Deletions that were under
// way are done. What cannot be read is told in the log and left alone.
std::vector<FoundRecording> scanRecordings(const std::string& directory);
[[nodiscard]] Result<FoundRecording> readFinished(const std::string& directory, const std::string& name);

// The parts that there are: the number of the last one, how much media they have, and until when (Unix time).
struct FoundParts {
  int last = 0;
  std::int64_t mediaMs = 0;
  std::int64_t endMs = 0;
};
FoundParts scanParts(const std::string& work);

// Takes a recording from the disk, all of it or, after a crash, by the next scan. What failed can be called
// again.
[[nodiscard]] Status removeFinished(const std::string& directory, const FoundRecording& recording);
[[nodiscard]] Status removeUnfinished(const std::string& directory, const RecordingId& id);

}  // namespace tessera::server
