// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "base/result.h"
#include "wire/recording_files.h"

namespace tessera::post {

struct TrackFile {
  ParticipantId id;
  std::string path;
};

struct PartFiles {
  int number = 0;
  std::string path;
  std::int64_t bytes = 0;
  std::int64_t writtenAtMs = 0;  // Unix time, the last time
  std::vector<wire::PartPoint> points;
  std::vector<TrackFile> tracks;
};

// A recording's directory in .work (docs/recording.md).
struct Job {
  wire::RecordingPlan plan;
  std::vector<PartFiles> parts;  // by number
  std::vector<wire::TimelineEvent> timeline;
  std::int64_t bytes() const;  // of the parts
};

// Fails when recording.json cannot be used; lines of the other files that make no sense are passed over.
// ErrorCode::io when the disk does not give a file that is there: it may later.
[[nodiscard]] Result<Job> loadJob(const std::string& directory);

// Names of files that tessera-post makes meanwhile begin so.
inline constexpr std::string_view kOutPrefix = "out";

}  // namespace tessera::post
