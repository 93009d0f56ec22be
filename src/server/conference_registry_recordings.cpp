// SPDX-License-Identifier: Apache-2.0
#include "server/conference_registry.h"

// Recordings, as the HTTP API asks for them.

namespace tessera::server {

std::vector<wire::RecordingInfo> ConferenceRegistry::listRecordings() const {
  return {};
}

Result<wire::RecordingInfo> ConferenceRegistry::describeRecording(const RecordingId&) const {
  return fail(ErrorCode::unsupported, "not in this version");
}

Result<wire::RecordingInfo> ConferenceRegistry::startRecording(const RoomId&,
                                                               const wire::StartRecordingRequest&) {
  return fail(ErrorCode::unsupported, "not in this version");
}

Status ConferenceRegistry::controlRecording(const RoomId&, const RecordingId&, RecordingAction) {
  return fail(ErrorCode::unsupported, "not in this version");
}

Status ConferenceRegistry::deleteRecording(const RecordingId&) {
  return fail(ErrorCode::unsupported, "not in this version");
}

Result<std::string> ConferenceRegistry::recordingFile(const RecordingId&, std::string_view) const {
  return fail(ErrorCode::unsupported, "not in this version");
}

}  // namespace tessera::server
