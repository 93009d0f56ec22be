// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <functional>
#include <string>
#include <vector>

#include "signaling/live_routes.h"
#include "signaling/recording_routes.h"

namespace tessera::signaling {

// The HTTP API, and the files that it tells of. Of rooms reading is open; changing needs the bearer token and
// is off without one.
class ApiRoutes {
 public:
  static constexpr std::size_t kMaxBodyBytes = 16 << 10;

  struct Given {
    std::string token;
    std::string linkKey;                // signs links to recordings
    bool trustsMachine = false;         // isForThisMachine
    std::size_t maxTransfers = 0;       // of files, at the same time
    FileServer::OnProgress onProgress;  // a client has taken more of a file
  };
  ApiRoutes(Conference& conference, Given given);

  // By the segments of the path: whether it is for this, but for the WebSocket.
  static bool covers(const std::vector<std::string>& path);
  void handle(SoupServerMessage* message, const std::vector<std::string>& path);

  // May the request's body be read? Asked before it is; false when there is none to be read, or when it has
  // been answered already.
  bool acceptsBody(SoupServerMessage* message, const std::vector<std::string>& path) const;

 private:
  void handleRooms(SoupServerMessage* message);
  void handleRoom(SoupServerMessage* message, const RoomId& room);
  void handleInRoom(SoupServerMessage* message, const RoomId& room, const std::string& what,
                    const std::vector<std::string>& path);
  void handleParticipant(SoupServerMessage* message, const RoomId& room, const ParticipantId& participant);

  Conference& conference_;
  ApiAuthority authority_;
  FileServer files_;
  RecordingRoutes recordings_;
  LiveRoutes live_;
};

}  // namespace tessera::signaling
