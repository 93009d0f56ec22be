// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <string>
#include <vector>

#include "signaling/conference.h"

namespace tessera::signaling {

// Everything under /v1/rooms but the WebSocket. Reading is open; changing needs the bearer token and is off
// without one.
class ApiRoutes {
 public:
  static constexpr std::size_t kMaxBodyBytes = 16 << 10;

  ApiRoutes(Conference& conference, std::string token) : conference_(conference), token_(std::move(token)) {}

  // `path`: the segments after /v1/rooms.
  void handle(SoupServerMessage* message, const std::vector<std::string>& path);

  // May the request's body be read? Asked before it is; false when it has been answered already.
  bool acceptsBody(SoupServerMessage* message) const;

 private:
  void handleRooms(SoupServerMessage* message);
  void handleRoom(SoupServerMessage* message, const RoomId& room);
  void handleParticipant(SoupServerMessage* message, const RoomId& room, const ParticipantId& participant);
  [[nodiscard]] Status authorize(SoupServerMessage* message) const;

  Conference& conference_;
  std::string token_;
};

}  // namespace tessera::signaling
