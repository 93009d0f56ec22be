// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <string>
#include <vector>

#include "signaling/api_authority.h"
#include "signaling/conference.h"
#include "signaling/file_response.h"
#include "signaling/signed_link.h"

namespace tessera::signaling {

// /v1/recordings and /v1/rooms/{room}/recordings.
class RecordingRoutes {
 public:
  RecordingRoutes(Conference& conference, const ApiAuthority& authority, FileServer& files,
                  std::string linkKey)
      : conference_(conference), authority_(authority), files_(files), links_(std::move(linkKey)) {}

  // `path`: the segments after /v1/recordings.
  void handle(SoupServerMessage* message, const std::vector<std::string>& path);
  // `path`: the segments after /v1/rooms/{room}/recordings.
  void handleOfRoom(SoupServerMessage* message, const RoomId& room, const std::vector<std::string>& path);

 private:
  void list(SoupServerMessage* message);
  void handleOne(SoupServerMessage* message, const RecordingId& id);
  void start(SoupServerMessage* message, const RoomId& room);
  // `what`: "file", "poster", "timeline", or "tracks/" and a name.
  void serve(SoupServerMessage* message, const RecordingId& id, const std::string& what);
  [[nodiscard]] Status mayRead(SoupServerMessage* message, const std::string& path) const;
  void addLinks(wire::RecordingInfo& recording) const;

  Conference& conference_;
  const ApiAuthority& authority_;
  FileServer& files_;
  LinkSigner links_;
};

}  // namespace tessera::signaling
