// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <string>
#include <string_view>
#include <vector>

#include "signaling/api_authority.h"
#include "signaling/conference.h"
#include "signaling/file_response.h"

namespace tessera::signaling {

// /v1/rooms/{room}/outputs, /v1/rooms/{room}/sources, and /hls/{room}/{file}.
class LiveRoutes {
 public:
  LiveRoutes(Conference& conference, const ApiAuthority& authority, FileServer& files)
      : conference_(conference), authority_(authority), files_(files) {}

  // `path`: the segments after /v1/rooms/{room}/outputs or …/sources.
  void handleOutputs(SoupServerMessage* message, const RoomId& room, const std::vector<std::string>& path);
  void handleSources(SoupServerMessage* message, const RoomId& room, const std::vector<std::string>& path);
  // `path`: the segments after /hls. Open to everybody: a plain player has no token.
  void handleHls(SoupServerMessage* message, const std::vector<std::string>& path);

 private:
  Conference& conference_;
  const ApiAuthority& authority_;
  FileServer& files_;
};

// A playlist or a segment: no path, nothing hidden.
bool isHlsName(std::string_view name);

}  // namespace tessera::signaling
