// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/ids.h"

// What the server asks of a room's recorder, and what that says of itself. Where the parts of a recording lie
// and what tessera-post makes of them is docs/recording.md.

namespace tessera {

using RecordingId = Id<struct RecordingTag>;  // 12 of a-z 0-9; made by the server

// Of the finished file. Sound alone: ogg (Opus) and m4a (AAC).
enum class RecordingFormat { mp4, webm, ogg, m4a };
// The program rung, or a copy of the top rung of the room's ladder, which costs no encode.
enum class RecordedVideo { program, copy };
enum class SoundCodec { aac, opus };

struct RecordingFormats {
  RecordingFormat format = RecordingFormat::mp4;  // mp4: H.264; webm: VP8
  RecordedVideo video = RecordedVideo::program;
  SoundCodec sound = SoundCodec::aac;  // free with mp4 only: webm and ogg have Opus, m4a AAC
  bool tracks = false;                 // also each participant's own sound, as Opus
  bool operator==(const RecordingFormats&) const = default;
};
inline bool hasVideo(RecordingFormat format) {
  return format == RecordingFormat::mp4 || format == RecordingFormat::webm;
}

struct RecordingSettings {
  RecordingId id;
  std::string directory;  // of this recording alone; it exists
  int part = 1;           // the number of the part that is written now; a new room process writes a new one
  RecordingFormats formats;
  bool paused = false;  // begins so
};

enum class RecordingAction { pause, resume, stop };

// From the room: on every change of the phase and once a second.
enum class RecordingPhase { recording, paused, stopped, failed };  // the last two are final for this process
struct RecordingStatus {
  RecordingId id;
  RecordingPhase phase = RecordingPhase::recording;
  std::int64_t mediaMs = 0;  // of this part
  std::int64_t bytes = 0;    // of this part, tracks included
  Error why;                 // of `failed`: disk full, not writable, an encoder's failure
};

}  // namespace tessera
