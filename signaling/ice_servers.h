// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "base/ids.h"
#include "config/settings.h"
#include "wire/client_messages.h"

namespace tessera::signaling {

// What a client is told to use: the STUN server, and the TURN servers with credentials of its own that end
// after `turnTtl` (draft-uberti-behave-turn-rest-00: username "expiry:id", password HMAC-SHA1, base64).
std::vector<wire::IceServer> iceServers(const config::Media& media, const ParticipantId& participant,
                                        std::chrono::system_clock::time_point now);

}  // namespace tessera::signaling
