// SPDX-License-Identifier: Apache-2.0
#include "server/conference_registry.h"

// Recordings, as the HTTP API asks for them: the store knows all of them, a room those that it makes.

namespace tessera::server {

std::vector<wire::RecordingInfo> ConferenceRegistry::listRecordings() const {
  return context_.recordings.list();
}

Result<wire::RecordingInfo> ConferenceRegistry::describeRecording(const RecordingId& id) const {
  return context_.recordings.describe(id);
}

Result<wire::RecordingInfo> ConferenceRegistry::startRecording(const RoomId& room,
                                                               const wire::StartRecordingRequest& request) {
  return find(room).and_then([&](ConferenceRoom* found) { return found->startRecording(request); });
}

Status ConferenceRegistry::controlRecording(const RoomId& room, const RecordingId& id,
                                            RecordingAction action) {
  return find(room).and_then([&](ConferenceRoom* found) { return found->controlRecording(id, action); });
}

Status ConferenceRegistry::deleteRecording(const RecordingId& id) {
  return context_.recordings.remove(id);
}

Result<std::string> ConferenceRegistry::recordingFile(const RecordingId& id, std::string_view what) const {
  return context_.recordings.file(id, what);
}

}  // namespace tessera::server
