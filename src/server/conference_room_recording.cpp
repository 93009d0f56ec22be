// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "base/log.h"
#include "server/conference_room.h"

// Recordings of the room, as people, the API and the configuration ask for them.

namespace tessera::server {
namespace {

// What goes together: a sound that was asked for with a format that cannot have it is refused, one that is
// only configured gives way.
Result<RecordingFormats> formatsOf(RecordingFormats formats, const wire::StartRecordingRequest& request) {
  formats.format = request.format.value_or(formats.format);
  formats.video = request.video.value_or(formats.video);
  formats.sound = request.sound.value_or(formats.sound);
  formats.tracks = request.tracks.value_or(formats.tracks);
  if (formats.format == RecordingFormat::mp4) return formats;
  const SoundCodec only = formats.format == RecordingFormat::m4a ? SoundCodec::aac : SoundCodec::opus;
  if (request.sound && *request.sound != only)
    return fail(ErrorCode::badRequest, "audio: this format has {} only",
                only == SoundCodec::aac ? "aac" : "opus");
  if (request.video && !hasVideo(formats.format))
    return fail(ErrorCode::badRequest, "video: this format is sound alone");
  formats.sound = only;
  return formats;
}

}  // namespace

Result<wire::RecordingInfo> ConferenceRoom::startRecording(const wire::StartRecordingRequest& request) {
  if (state_ == wire::RoomState::ending) return fail(ErrorCode::roomEnded, "the room is ending");
  const auto formats = formatsOf(rules_.room.recording.formats, request);
  if (!formats) return tl::unexpected(formats.error());
  return recordings_.start(*formats);
}

Status ConferenceRoom::controlRecording(const RecordingId& recording, RecordingAction action) {
  return recordings_.control(recording, action);
}

// Tried with everybody who comes until it works; stopped by somebody, it stays so.
void ConferenceRoom::recordAlways() {
  if (recordedAlways_ || rules_.room.recording.record != config::Record::always) return;
  const auto formats = formatsOf(rules_.room.recording.formats, {});
  recordedAlways_ = recordings_.start(*formats, true).has_value();
}

void ConferenceRoom::handle(Member& member, const wire::ClientRecord& record) {
  if (!roster_.isModerator(member.id))
    return sendError(member, {ErrorCode::forbidden, "only the moderator may do that"}, "record");
  if (!member.records.take(Clock::now()))
    return sendError(member, {ErrorCode::tooMany, "too many changes of the recording"}, "record");
  if (const Status done = this->record(record.action); !done) sendError(member, done.error(), "record");
}

Status ConferenceRoom::record(wire::RecordAction action) {
  const RecordingId present = recordings_.main();
  if (action == wire::RecordAction::start) {
    if (!present.empty()) return fail(ErrorCode::conflict, "the room is recorded already");
    return startRecording({}).map([](const auto&) {});
  }
  if (present.empty()) return fail(ErrorCode::conflict, "the room is not recorded");
  switch (action) {
    case wire::RecordAction::pause:
      return recordings_.control(present, RecordingAction::pause);
    case wire::RecordAction::resume:
      return recordings_.control(present, RecordingAction::resume);
    default:
      return recordings_.control(present, RecordingAction::stop);
  }
}

void ConferenceRoom::onRecording(const RecordingStatus& status) {
  recordings_.onStatus(status);
}

RoomScene ConferenceRoom::scene() const {
  RoomScene scene;
  for (const wire::RosterEntry& entry : rosterEntries())
    scene.people.push_back({entry.id, entry.name, entry.role, entry.sharing});
  if (picture_) scene.layout = picture_->layout;
  for (const auto& [id, level] : levels_)
    if (level.active) scene.speaker = id;
  return scene;
}

wire::RecordingNotice ConferenceRoom::recordingNotice() const {
  wire::RecordingNotice notice = recordings_.notice();
  notice.streams = liveOutputs();
  return notice;
}

void ConferenceRoom::recordingChanged() {
  if (state_ == wire::RoomState::ending) return;
  const wire::RecordingNotice notice = recordingNotice();
  std::string text = wire::encode(wire::ToClient(notice));
  if (std::exchange(toldRecording_, text) != text) broadcast(notice);
}

}  // namespace tessera::server
