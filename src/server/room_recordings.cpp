// SPDX-License-Identifier: Apache-2.0
#include "server/room_recordings.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "wire/common_fields.h"

namespace tessera::server {
namespace {

std::int64_t nowMs() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

RoomRecordings::RoomRecordings(const RoomId& id, RecordingStore& store, Room room)
    : id_(id), store_(store), room_(std::move(room)) {}

RoomRecordings::Recording* RoomRecordings::find(const RecordingId& id) {
  const auto it = std::find_if(recordings_.begin(), recordings_.end(),
                               [&](const Recording& each) { return each.id == id; });
  return it == recordings_.end() ? nullptr : &*it;
}

RecordingId RoomRecordings::main() const {
  for (const Recording& recording : recordings_)
    if (!recording.stopping) return recording.id;
  return {};
}

Result<wire::RecordingInfo> RoomRecordings::start(const RecordingFormats& formats, bool waits) {
  if (recordings_.size() >= kMax)
    return fail(ErrorCode::tooMany, "a room has at most {} recordings at a time", kMax);
  const auto info = store_.begin(id_, formats, [weak = weak_.get()](const RecordingId& id, const Error& why) {
    auto* self = weak.get();
    if (Recording* recording = self ? self->find(id) : nullptr) self->stop(*recording, why);
  });
  if (!info) {
    log::error("recording refused", {{"room", id_.value}, {"why", info.error().text}});
    return info;
  }
  Recording& recording = recordings_.emplace_back();
  recording.id = info->id;
  recording.formats = formats;
  recording.startedAtMs = info->startedAtMs;
  recording.waits = waits;
  recording.still = waits && empty_;
  lastError_.reset();
  log::info("recording", {{"room", id_.value},
                          {"recording", recording.id.value},
                          {"format", wire::enumName(formats.format)},
                          {"video", wire::enumName(formats.video)}});
  tell(recording);
  startPart(recording);
  room_.onChanged();
  return store_.describe(info->id);
}

void RoomRecordings::startPart(Recording& recording) {
  MediaRoom* media = room_.media();
  if (!media) return;
  recording.inRoom = true;
  media->startRecording(
      {recording.id, store_.directoryOf(recording.id), ++recording.part, recording.formats, recording.still});
  report(recording);
}

Status RoomRecordings::control(const RecordingId& id, RecordingAction action) {
  Recording* recording = find(id);
  if (!recording || recording->stopping)
    return fail(ErrorCode::notFound, "room {} has no recording {} that goes on", id_.value, id.value);
  if (action == RecordingAction::stop) {
    stop(*recording, {});
    return {};
  }
  const bool pause = action == RecordingAction::pause;
  if (recording->paused == pause)
    return fail(ErrorCode::conflict, "the recording {}", pause ? "is paused already" : "is not paused");
  recording->paused = pause;
  settle(*recording);
  return {};
}

// Records or stands still, as it should by now.
void RoomRecordings::settle(Recording& recording) {
  const bool still = recording.paused || (recording.waits && empty_);
  if (recording.stopping || std::exchange(recording.still, still) == still) return;
  note(recording, still ? wire::TimelineKind::paused : wire::TimelineKind::resumed);
  log::info(still ? "recording paused" : "recording resumed",
            {{"room", id_.value}, {"recording", recording.id.value}});
  MediaRoom* media = room_.media();
  if (media && recording.inRoom)
    media->controlRecording(recording.id, still ? RecordingAction::pause : RecordingAction::resume);
  report(recording);
  room_.onChanged();
}

void RoomRecordings::setEmpty(bool empty) {
  if (std::exchange(empty_, empty) == empty) return;
  for (Recording& recording : recordings_) settle(recording);
}

// The room's process closes the files first, so that all is in them that was said before.
void RoomRecordings::stop(Recording& recording, const std::optional<Error>& why) {
  if (recording.stopping) return;
  MediaRoom* media = room_.media();
  if (!media || !recording.inRoom) return finish(recording.id, why);
  recording.stopping = true;
  recording.why = why;
  media->controlRecording(recording.id, RecordingAction::stop);
  recording.stopTimer.once(kStopIn, [this, id = recording.id] { finish(id, find(id)->why); });
  if (why) lastError_ = why;
  room_.onChanged();
}

void RoomRecordings::finish(RecordingId id, std::optional<Error> why) {
  store_.finish(id, why);
  recordings_.remove_if([&](const Recording& each) { return each.id == id; });
  if (why) lastError_ = why;
  room_.onChanged();
}

void RoomRecordings::end(const std::optional<Error>& why) {
  MediaRoom* media = room_.media();
  for (Recording& recording : recordings_) {
    if (media && recording.inRoom && !recording.stopping)
      media->controlRecording(recording.id, RecordingAction::stop);
    store_.finish(recording.id, recording.stopping ? recording.why : why);
  }
  recordings_.clear();
}

void RoomRecordings::onStatus(const RecordingStatus& status) {
  Recording* recording = find(status.id);
  if (!recording) return;
  recording->mediaMs = status.mediaMs;
  recording->bytes = status.bytes;
  report(*recording);
  if (status.phase == RecordingPhase::failed) {
    log::error("recording fails",
               {{"room", id_.value}, {"recording", status.id.value}, {"why", status.why.text}});
    return finish(status.id, status.why);
  }
  if (status.phase == RecordingPhase::stopped) finish(status.id, recording->why);
}

void RoomRecordings::report(const Recording& recording) {
  store_.update(recording.id,
                recording.still ? wire::RecordingState::paused : wire::RecordingState::recording,
                recording.earlierMs + recording.mediaMs, recording.earlierBytes + recording.bytes);
}

void RoomRecordings::onProcessLost() {
  std::vector<std::pair<RecordingId, std::optional<Error>>> over;
  for (Recording& recording : recordings_) {
    recording.inRoom = false;
    recording.earlierMs += std::exchange(recording.mediaMs, 0);
    recording.earlierBytes += std::exchange(recording.bytes, 0);
    if (recording.stopping)
      over.emplace_back(recording.id, recording.why);
    else
      note(recording, wire::TimelineKind::gap);
  }
  for (const auto& [id, why] : over) finish(id, why);
}

void RoomRecordings::onProcessStarted() {
  for (Recording& recording : recordings_) startPart(recording);
}

void RoomRecordings::onSceneChanged() {
  for (Recording& recording : recordings_) tell(recording);
}

void RoomRecordings::tell(Recording& recording) {
  RoomScene now = room_.scene();
  for (const wire::TimelineEvent& event : differences(recording.told, now, nowMs()))
    store_.note(recording.id, event);
  recording.told = std::move(now);
}

void RoomRecordings::note(const Recording& recording, wire::TimelineKind kind) {
  wire::TimelineEvent event;
  event.atMs = nowMs();
  event.event = kind;
  store_.note(recording.id, event);
}

wire::RecordingNotice RoomRecordings::notice() const {
  wire::RecordingNotice notice;
  for (const Recording& recording : recordings_) {
    if (recording.stopping) continue;
    if (notice.sinceMs == 0) notice.sinceMs = recording.startedAtMs;
    if (!recording.still) notice.state = wire::RecordingNoticeState::recording;
    if (notice.state == wire::RecordingNoticeState::none) notice.state = wire::RecordingNoticeState::paused;
  }
  notice.error = lastError_;
  return notice;
}

}  // namespace tessera::server
