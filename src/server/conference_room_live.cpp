// SPDX-License-Identifier: Apache-2.0
#include "server/conference_room.h"

// Live outputs of the room, and sources that take part in it.

namespace tessera::server {

int ConferenceRoom::liveOutputs() const {
  return 0;
}

void ConferenceRoom::onOutput(const OutputStatus&) {}

void ConferenceRoom::onSource(const SourceStatus&) {}

}  // namespace tessera::server
