// SPDX-License-Identifier: Apache-2.0
#include "server/conference_room.h"

// Live outputs of the room, and sources that take part in it.

namespace tessera::server {

void ConferenceRoom::startLive() {
  outputs_.startConfigured(rules_.room.live);
  sources_.startConfigured(config::sourcesOf(context_.settings, id()), context_.settings.sources);
}

int ConferenceRoom::liveOutputs() const {
  return outputs_.live();
}

void ConferenceRoom::onOutput(const OutputStatus& status) {
  outputs_.onStatus(status);
}

void ConferenceRoom::onSource(const SourceStatus& status) {
  sources_.onStatus(status);
}

void ConferenceRoom::sourceGone(const ParticipantId& source) {
  crashGuard_.onGone(source);
  levels_.erase(source);
  unpin(source);
}

}  // namespace tessera::server
