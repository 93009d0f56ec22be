// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "room/recording.h"

// Recordings in the HTTP API (/v1/recordings, /v1/rooms/{room}/recordings); signaling/PROTOCOL.md shows each.

namespace tessera::wire {

// finishing: tessera-post makes one file of it. failed: nothing could be made of it, or it was given up; what
// there is stays on disk.
enum class RecordingState { recording, paused, finishing, complete, failed };

// Where a complete recording can be had without the token, for a while.
struct RecordingLinks {
  std::string file, poster, timeline;  // poster: empty without video
  std::vector<std::string> tracks;     // in the order of RecordingInfo::tracks
};

struct RecordingInfo {
  RecordingId id;
  RoomId room;
  RecordingState state = RecordingState::recording;
  double progress = 0;  // of finishing, 0 to 1
  RecordingFormats formats;
  std::int64_t startedAtMs = 0;  // Unix time
  std::int64_t durationMs = 0;   // of the media, so far
  std::int64_t bytes = 0;
  std::string file;                     // name of the finished file; empty before
  std::vector<std::string> tracks;      // names of the finished files of separate tracks
  std::optional<Error> error;           // what went wrong: of failed, or why it stopped early
  std::optional<RecordingLinks> links;  // added by who answers the request
};

struct StartRecordingRequest {  // what is not set is as the room's configuration says
  std::optional<RecordingFormat> format;
  std::optional<RecordedVideo> video;
  std::optional<SoundCodec> sound;
  std::optional<bool> tracks;
};

std::string encodeRecording(const RecordingInfo& recording);
std::string encodeRecordingList(const std::vector<RecordingInfo>& recordings);
[[nodiscard]] Result<StartRecordingRequest> decodeStartRecording(
    std::string_view body);  // empty: all default

}  // namespace tessera::wire
