// SPDX-License-Identifier: Apache-2.0
#include "server/conference_room.h"

// Recordings of the room.

namespace tessera::server {

void ConferenceRoom::handle(Member& member, const wire::ClientRecord&) {
  sendError(member, {ErrorCode::unsupported, "not in this version"}, "record");
}

void ConferenceRoom::onRecording(const RecordingStatus&) {}

}  // namespace tessera::server
