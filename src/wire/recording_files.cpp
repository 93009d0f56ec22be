// SPDX-License-Identifier: Apache-2.0
#include "wire/recording_files.h"

#include "wire/common_fields.h"
#include "wire/json_reader.h"
#include "wire/json_writer.h"
#include "wire/limits.h"

namespace tessera::wire {

template <>
struct EnumNames<TimelineKind> {
  static constexpr std::array<std::pair<TimelineKind, std::string_view>, 9> names{
      {{TimelineKind::joined, "joined"},
       {TimelineKind::left, "left"},
       {TimelineKind::layout, "layout"},
       {TimelineKind::screen, "screen"},
       {TimelineKind::speaker, "speaker"},
       {TimelineKind::paused, "paused"},
       {TimelineKind::resumed, "resumed"},
       {TimelineKind::gap, "gap"},
       {TimelineKind::chapter, "chapter"}}};
};

template <>
struct EnumNames<PartPointKind> {
  static constexpr std::array<std::pair<PartPointKind, std::string_view>, 5> names{
      {{PartPointKind::start, "start"},
       {PartPointKind::tick, "tick"},
       {PartPointKind::pause, "pause"},
       {PartPointKind::resume, "resume"},
       {PartPointKind::stop, "stop"}}};
};

namespace {

constexpr int kVersion = 1;
constexpr std::size_t kMaxRepairs = 1000;
constexpr TextRule kFileName{1, 255};
constexpr TextRule kWords{0, 1024};

template <class M>
std::string write(const M& message) {
  JsonWriter out;
  fields(out, message);
  return out.finish();
}

template <class M>
Result<M> read(std::string_view text, std::size_t maxBytes, std::string_view name) {
  const auto document = JsonDocument::parse(text, maxBytes);
  if (!document) return tl::unexpected(document.error());
  JsonReader in(*document, name);
  M message;
  fields(in, message);
  if (auto status = in.status(); !status) return tl::unexpected(std::move(status).error());
  return message;
}

void versionField(auto& io) {
  int version = kVersion;
  io.required("version", version, IntRange{kVersion, kVersion});
}

void errorField(auto& io, std::string_view key, Of<std::optional<Error>> auto& m) {
  if constexpr (kReads<std::remove_reference_t<decltype(m)>>) {
    if (io.has(key)) objectField(io, key, m.emplace());
  } else if (m) {
    objectField(io, key, *m);
  }
}

}  // namespace

void fields(auto& io, Of<RecordingPlan> auto& m) {
  versionField(io);
  io.required("id", m.id);
  io.required("room", m.room);
  io.required("name", m.name, kFileName);
  objectField(io, "formats", m.formats);
  io.required("startedAtMs", m.startedAtMs, kAnyTotal);
  io.optional("endedAtMs", m.endedAtMs, kAnyTotal);
  errorField(io, "why", m.why);
  io.required("attempts", m.attempts, kAnyCount);
}

void fields(auto& io, Of<TimelineEvent> auto& m) {
  io.required("atMs", m.atMs, kAnyTotal);
  io.required("event", m.event);
  switch (m.event) {
    case TimelineKind::joined:
      io.required("id", m.id);
      io.required("name", m.name, kPersonText);
      return io.required("role", m.role);
    case TimelineKind::left:
    case TimelineKind::speaker:
      return io.required("id", m.id);
    case TimelineKind::layout:
      return io.required("layout", m.layout);
    case TimelineKind::screen:
      io.required("id", m.id);
      return io.required("on", m.on);
    case TimelineKind::chapter:
      return io.required("title", m.title, kWords);
    case TimelineKind::paused:
    case TimelineKind::resumed:
    case TimelineKind::gap:
      return;
  }
}

void fields(auto& io, Of<PartPoint> auto& m) {
  io.required("unixMs", m.unixMs, kAnyTotal);
  io.required("mediaMs", m.mediaMs, kAnyTotal);
  io.required("event", m.event);
}

void fields(auto& io, Of<FinishedTrack> auto& m) {
  io.required("id", m.id);
  io.required("name", m.name, kPersonText);
  io.required("file", m.file, kFileName);
}

void fields(auto& io, Of<FinishedChapter> auto& m) {
  io.required("mediaMs", m.mediaMs, kAnyTotal);
  io.required("title", m.title, kWords);
}

void fields(auto& io, Of<FinishedEvent> auto& m) {
  io.required("mediaMs", m.mediaMs, kAnyTotal);
  fields(io, m.event);
}

void fields(auto& io, Of<FinishedRecording> auto& m) {
  versionField(io);
  io.required("id", m.id);
  io.required("room", m.room);
  objectField(io, "formats", m.formats);
  io.required("startedAtMs", m.startedAtMs, kAnyTotal);
  io.required("endedAtMs", m.endedAtMs, kAnyTotal);
  io.required("durationMs", m.durationMs, kAnyTotal);
  io.required("bytes", m.bytes, kAnyTotal);
  io.required("file", m.file, kFileName);
  io.optional("poster", m.poster, kFileName);
  io.list("tracks", m.tracks, kMaxListElements);
  errorField(io, "why", m.why);
  io.list("repairs", m.repairs, kMaxRepairs, kWords);
  io.list("chapters", m.chapters, kMaxTimelineEvents);
  io.list("timeline", m.timeline, kMaxTimelineEvents);
}

void fields(auto& io, Of<PostDone> auto& m) {
  io.required("file", m.file, kFileName);
  io.required("durationMs", m.durationMs, kAnyTotal);
  io.required("bytes", m.bytes, kAnyTotal);
}

void fields(auto& io, Of<PostNews> auto& m) {
  io.optional("progress", m.progress, RealRange{0, 1});
  if constexpr (kReads<std::remove_reference_t<decltype(m)>>) {
    if (io.has("done")) objectField(io, "done", m.done.emplace());
  } else if (m.done) {
    objectField(io, "done", *m.done);
  }
  errorField(io, "error", m.error);
}

std::string encode(const RecordingPlan& plan) {
  return write(plan);
}
std::string encode(const TimelineEvent& event) {
  return write(event);
}
std::string encode(const PartPoint& point) {
  return write(point);
}
std::string encode(const FinishedRecording& recording) {
  return write(recording);
}
std::string encode(const PostNews& news) {
  return write(news);
}

Result<RecordingPlan> decodeRecordingPlan(std::string_view text) {
  return read<RecordingPlan>(text, kMaxMessageBytes, "recording");
}
Result<TimelineEvent> decodeTimelineEvent(std::string_view line) {
  return read<TimelineEvent>(line, kMaxTimelineLine, "timeline");
}
Result<PartPoint> decodePartPoint(std::string_view line) {
  return read<PartPoint>(line, kMaxTimelineLine, "part");
}
Result<FinishedRecording> decodeFinishedRecording(std::string_view text) {
  return read<FinishedRecording>(text, kMaxFinishedBytes, "recording");
}
Result<PostNews> decodePostNews(std::string_view line) {
  return read<PostNews>(line, kMaxMessageBytes, "post");
}

}  // namespace tessera::wire
