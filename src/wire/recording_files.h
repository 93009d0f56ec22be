// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "room/media_room.h"
#include "wire/client_messages.h"

// What server, room and tessera-post tell each other of a recording by files and lines: docs/recording.md.
// Each encode gives one line without the newline.

namespace tessera::wire {

inline constexpr std::size_t kMaxTimelineLine = 4 << 10;    // bytes
inline constexpr std::size_t kMaxTimelineEvents = 100'000;  // later ones are left out
inline constexpr std::size_t kMaxFinishedBytes = 32 << 20;

// .work/ID/recording.json: what is being made.
struct RecordingPlan {
  RecordingId id;
  RoomId room;
  std::string name;  // base name of the files that it becomes
  RecordingFormats formats;
  std::int64_t startedAtMs = 0;           // Unix time
  std::optional<std::int64_t> endedAtMs;  // it is over
  std::optional<Error> why;               // it ended early
  int attempts = 0;                       // runs of tessera-post
};
std::string encode(const RecordingPlan& plan);
[[nodiscard]] Result<RecordingPlan> decodeRecordingPlan(std::string_view text);

// .work/ID/timeline.jsonl: what happened. Which members count depends on the event.
enum class TimelineKind { joined, left, layout, screen, speaker, paused, resumed, gap, chapter };
struct TimelineEvent {
  std::int64_t atMs = 0;  // Unix time
  TimelineKind event = TimelineKind::chapter;
  ParticipantId id;                      // joined, left, screen, speaker
  std::string name;                      // joined
  Role role = Role::participant;         // joined
  LayoutKind layout = LayoutKind::grid;  // layout
  bool on = false;                       // screen
  std::string title;                     // chapter
};
std::string encode(const TimelineEvent& event);
[[nodiscard]] Result<TimelineEvent> decodeTimelineEvent(std::string_view line);

// .work/ID/part-NNNN.jsonl: how media time goes with the clock.
enum class PartPointKind { start, tick, pause, resume, stop };
struct PartPoint {
  std::int64_t unixMs = 0;
  std::int64_t mediaMs = 0;
  PartPointKind event = PartPointKind::tick;
};
std::string encode(const PartPoint& point);
[[nodiscard]] Result<PartPoint> decodePartPoint(std::string_view line);

// NAME.json: a complete recording. Files are names in the directory of the recordings.
struct FinishedTrack {
  ParticipantId id;
  std::string name;  // of the participant
  std::string file;
};
struct FinishedChapter {
  std::int64_t mediaMs = 0;
  std::string title;
};
struct FinishedEvent {
  std::int64_t mediaMs = 0;
  TimelineEvent event;
};
struct FinishedRecording {
  RecordingId id;
  RoomId room;
  RecordingFormats formats;
  std::int64_t startedAtMs = 0, endedAtMs = 0;  // Unix time
  std::int64_t durationMs = 0;                  // of the media
  std::int64_t bytes = 0;                       // of all its files but this one
  std::string file;
  std::string poster;  // empty: none (sound alone)
  std::vector<FinishedTrack> tracks;
  std::optional<Error> why;          // it ended early
  std::vector<std::string> repairs;  // what was mended, in words
  std::vector<FinishedChapter> chapters;
  std::vector<FinishedEvent> timeline;
};
std::string encode(const FinishedRecording& recording);
[[nodiscard]] Result<FinishedRecording> decodeFinishedRecording(std::string_view text);

// A line that tessera-post prints: one of them is set.
struct PostDone {
  std::string file;
  std::int64_t durationMs = 0;
  std::int64_t bytes = 0;
};
struct PostNews {
  std::optional<double> progress;  // 0 to 1
  std::optional<PostDone> done;
  std::optional<Error> error;
};
std::string encode(const PostNews& news);
[[nodiscard]] Result<PostNews> decodePostNews(std::string_view line);

}  // namespace tessera::wire
