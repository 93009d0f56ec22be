// SPDX-License-Identifier: Apache-2.0
#include "wire/recording_messages.h"

#include "wire/common_fields.h"
#include "wire/json_reader.h"
#include "wire/json_writer.h"
#include "wire/limits.h"
#include "wire/timestamp.h"

namespace tessera::wire {

namespace {

constexpr TextRule kText{0, 4096};

bool soundFits(RecordingFormat format, SoundCodec sound) {
  if (format == RecordingFormat::mp4) return true;
  return sound == (format == RecordingFormat::m4a ? SoundCodec::aac : SoundCodec::opus);
}

}  // namespace

void fields(JsonWriter& io, const RecordingLinks& m) {
  io.required("file", m.file);
  io.optional("poster", m.poster);
  io.required("timeline", m.timeline);
  io.list("tracks", m.tracks, m.tracks.size(), kText);
}

void fields(JsonWriter& io, const RecordingInfo& m) {
  io.required("id", m.id);
  io.required("room", m.room);
  io.required("state", m.state);
  io.required("progress", m.progress);
  io.required("format", m.formats.format);
  if (hasVideo(m.formats.format)) io.required("video", m.formats.video);
  io.required("audio", m.formats.sound);
  io.list("tracks", m.tracks, m.tracks.size(), kText);
  io.required("startedAt", rfc3339(m.startedAtMs));
  io.required("durationMs", m.durationMs);
  io.required("bytes", m.bytes);
  io.optional("file", m.file);
  if (m.error) objectField(io, "error", *m.error);
  if (m.links) objectField(io, "links", *m.links);
}

std::string encodeRecording(const RecordingInfo& recording) {
  JsonWriter out;
  fields(out, recording);
  return out.finish();
}

std::string encodeRecordingList(const std::vector<RecordingInfo>& recordings) {
  JsonWriter out;
  out.list("recordings", recordings, recordings.size());
  return out.finish();
}

Result<StartRecordingRequest> decodeStartRecording(std::string_view body) {
  if (body.empty()) return StartRecordingRequest{};
  const auto document = JsonDocument::parse(body, kMaxHttpBodyBytes);
  if (!document) return tl::unexpected(document.error());
  JsonReader in(*document, "");
  StartRecordingRequest request;
  in.optional("format", request.format);
  in.optional("video", request.video);
  in.optional("audio", request.sound);
  in.optional("tracks", request.tracks);
  if (in.ok() && request.format && request.sound && !soundFits(*request.format, *request.sound))
    in.refuse("audio", ErrorCode::badRequest,
              fmt::format("expected {} with {}", *request.sound == SoundCodec::aac ? "opus" : "aac",
                          enumName(*request.format)));
  if (in.ok() && request.format && request.video && !hasVideo(*request.format))
    in.refuse("video", ErrorCode::badRequest,
              fmt::format("expected none with {}", enumName(*request.format)));
  if (auto status = in.status(); !status) return tl::unexpected(std::move(status).error());
  return request;
}

}  // namespace tessera::wire
