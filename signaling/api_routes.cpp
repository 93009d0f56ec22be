// SPDX-License-Identifier: Apache-2.0
#include "signaling/api_routes.h"

#include <algorithm>

#include "signaling/http_reply.h"

namespace tessera::signaling {
namespace {

std::vector<std::string> tail(const std::vector<std::string>& path, std::size_t from) {
  return {path.begin() + static_cast<std::ptrdiff_t>(std::min(from, path.size())), path.end()};
}

// Of rooms and participants; recordings, outputs and sources have rules of their own.
bool needsToken(const std::vector<std::string>& path) {
  return path[1] == "rooms" &&
         (path.size() < 4 || (path[3] != "recordings" && path[3] != "outputs" && path[3] != "sources"));
}

}  // namespace

ApiRoutes::ApiRoutes(Conference& conference, Given given)
    : conference_(conference),
      authority_(std::move(given.token), given.trustsMachine),
      files_(given.maxTransfers, std::move(given.onProgress)),
      recordings_(conference, authority_, files_,
                  given.linkKey.empty() ? randomToken(64) : std::move(given.linkKey)),
      live_(conference, authority_, files_) {}

bool ApiRoutes::covers(const std::vector<std::string>& path) {
  return !path.empty() && (path[0] == "hls" || (path[0] == "v1" && path.size() > 1 &&
                                                (path[1] == "rooms" || path[1] == "recordings")));
}

bool ApiRoutes::acceptsBody(SoupServerMessage* message, const std::vector<std::string>& path) const {
  if (path[0] != "v1" || (methodOf(message) != "POST" && methodOf(message) != "PATCH")) return false;
  SoupMessageHeaders* headers = soup_server_message_get_request_headers(message);
  if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CHUNKED) {
    replyError(message, {ErrorCode::badRequest, "a Content-Length is needed"}, SOUP_STATUS_LENGTH_REQUIRED);
    return false;
  }
  if (soup_message_headers_get_content_length(headers) > static_cast<goffset>(kMaxBodyBytes)) {
    replyError(message, {ErrorCode::tooLarge, fmt::format("a body has at most {} bytes", kMaxBodyBytes)});
    return false;
  }
  const Status may = needsToken(path) ? authority_.byToken(message) : authority_.byTokenOrMachine(message);
  if (!may) replyError(message, may.error());
  return may.has_value();
}

void ApiRoutes::handle(SoupServerMessage* message, const std::vector<std::string>& path) {
  if (path[0] == "hls") return live_.handleHls(message, tail(path, 1));
  if (path[1] == "recordings") return recordings_.handle(message, tail(path, 2));
  if (path.size() == 2) return handleRooms(message);
  const auto room = parseRoomId(path[2]);
  if (!room) return replyError(message, room.error());
  if (path.size() == 3) return handleRoom(message, *room);
  handleInRoom(message, *room, path[3], tail(path, 4));
}

void ApiRoutes::handleInRoom(SoupServerMessage* message, const RoomId& room, const std::string& what,
                             const std::vector<std::string>& path) {
  if (what == "participants" && path.size() == 1) return handleParticipant(message, room, {path[0]});
  if (what == "recordings") return recordings_.handleOfRoom(message, room, path);
  if (what == "outputs") return live_.handleOutputs(message, room, path);
  if (what == "sources") return live_.handleSources(message, room, path);
  replyNothingHere(message);
}

void ApiRoutes::handleRooms(SoupServerMessage* message) {
  if (isReading(message))
    return replyJson(message, SOUP_STATUS_OK, wire::encodeRoomList(conference_.listRooms()));
  if (methodOf(message) != "POST") return replyMethodNotAllowed(message, "GET, HEAD, POST");
  if (const auto authorized = authority_.byToken(message); !authorized)
    return replyError(message, authorized.error());
  const auto request = wire::decodeCreateRoom(bodyOf(message));
  if (!request) return replyError(message, request.error());
  const auto created = conference_.createRoom(*request);
  if (!created) return replyError(message, created.error());
  setHeader(message, "Location", "/v1/rooms/" + created->id.value);
  replyJson(message, SOUP_STATUS_CREATED, wire::encodeRoomSummary(*created));
}

void ApiRoutes::handleRoom(SoupServerMessage* message, const RoomId& room) {
  if (isReading(message)) {
    const auto details = conference_.describeRoom(room);
    if (!details) return replyError(message, details.error());
    return replyJson(message, SOUP_STATUS_OK, wire::encodeRoomDetails(*details));
  }
  const std::string_view method = methodOf(message);
  if (method != "PATCH" && method != "DELETE")
    return replyMethodNotAllowed(message, "GET, HEAD, PATCH, DELETE");
  if (const auto authorized = authority_.byToken(message); !authorized)
    return replyError(message, authorized.error());
  if (method == "DELETE") return replyStatus(message, conference_.endRoom(room));
  const auto change = wire::decodePatchRoom(bodyOf(message));
  if (!change) return replyError(message, change.error());
  replyStatus(message, conference_.changeLayout(room, *change));
}

void ApiRoutes::handleParticipant(SoupServerMessage* message, const RoomId& room,
                                  const ParticipantId& participant) {
  const std::string_view method = methodOf(message);
  if (method != "PATCH" && method != "DELETE") return replyMethodNotAllowed(message, "PATCH, DELETE");
  if (const auto authorized = authority_.byToken(message); !authorized)
    return replyError(message, authorized.error());
  if (method == "DELETE") return replyStatus(message, conference_.removeParticipant(room, participant));
  const auto patch = wire::decodePatchParticipant(bodyOf(message));
  if (!patch) return replyError(message, patch.error());
  replyStatus(message, conference_.changeParticipant(room, participant, *patch));
}

}  // namespace tessera::signaling
