// SPDX-License-Identifier: Apache-2.0
#include "signaling/api_routes.h"

#include "signaling/http_reply.h"
#include "signaling/resume_token.h"

namespace tessera::signaling {
namespace {

std::string_view methodOf(SoupServerMessage* message) {
  return soup_server_message_get_method(message);
}
bool reads(std::string_view method) {
  return method == "GET" || method == "HEAD";
}
std::string_view bodyOf(SoupServerMessage* message) {
  const SoupMessageBody* body = soup_server_message_get_request_body(message);
  return body->data ? std::string_view(body->data, static_cast<std::size_t>(body->length))
                    : std::string_view{};
}
void replyStatus(SoupServerMessage* message, const Status& status) {
  if (!status) return replyError(message, status.error());
  reply(message, SOUP_STATUS_NO_CONTENT, nullptr, {});
}

}  // namespace

Status ApiRoutes::authorize(SoupServerMessage* message) const {
  constexpr std::string_view kScheme = "Bearer ";
  if (token_.empty())
    return fail(ErrorCode::forbidden, "this part of the API is off: no token is configured (api.token)");
  const std::string_view header = requestHeader(message, "Authorization");
  if (header.substr(0, kScheme.size()) != kScheme)
    return fail(ErrorCode::unauthorized, "an Authorization header with a bearer token is needed");
  if (!equalSecrets(header.substr(kScheme.size()), token_))
    return fail(ErrorCode::unauthorized, "the token is wrong");
  return {};
}

bool ApiRoutes::acceptsBody(SoupServerMessage* message) const {
  SoupMessageHeaders* headers = soup_server_message_get_request_headers(message);
  if (soup_message_headers_get_encoding(headers) == SOUP_ENCODING_CHUNKED) {
    replyError(message, {ErrorCode::badRequest, "a Content-Length is needed"}, SOUP_STATUS_LENGTH_REQUIRED);
    return false;
  }
  if (soup_message_headers_get_content_length(headers) > static_cast<goffset>(kMaxBodyBytes)) {
    replyError(message, {ErrorCode::tooLarge, fmt::format("a body has at most {} bytes", kMaxBodyBytes)});
    return false;
  }
  if (const auto authorized = authorize(message); !authorized) {
    replyError(message, authorized.error());
    return false;
  }
  return true;
}

void ApiRoutes::handle(SoupServerMessage* message, const std::vector<std::string>& path) {
  if (path.empty()) return handleRooms(message);
  const auto room = parseRoomId(path[0]);
  if (!room) return replyError(message, room.error());
  if (path.size() == 1) return handleRoom(message, *room);
  if (path.size() == 3 && path[1] == "participants") return handleParticipant(message, *room, {path[2]});
  replyError(message, {ErrorCode::notFound, "there is nothing here"});
}

void ApiRoutes::handleRooms(SoupServerMessage* message) {
  if (reads(methodOf(message)))
    return replyJson(message, SOUP_STATUS_OK, wire::encodeRoomList(conference_.listRooms()));
  if (methodOf(message) != "POST") return replyMethodNotAllowed(message, "GET, HEAD, POST");
  if (const auto authorized = authorize(message); !authorized) return replyError(message, authorized.error());
  const auto request = wire::decodeCreateRoom(bodyOf(message));
  if (!request) return replyError(message, request.error());
  const auto created = conference_.createRoom(*request);
  if (!created) return replyError(message, created.error());
  setHeader(message, "Location", "/v1/rooms/" + created->id.value);
  replyJson(message, SOUP_STATUS_CREATED, wire::encodeRoomSummary(*created));
}

void ApiRoutes::handleRoom(SoupServerMessage* message, const RoomId& room) {
  if (reads(methodOf(message))) {
    const auto details = conference_.describeRoom(room);
    if (!details) return replyError(message, details.error());
    return replyJson(message, SOUP_STATUS_OK, wire::encodeRoomDetails(*details));
  }
  const std::string_view method = methodOf(message);
  if (method != "PATCH" && method != "DELETE")
    return replyMethodNotAllowed(message, "GET, HEAD, PATCH, DELETE");
  if (const auto authorized = authorize(message); !authorized) return replyError(message, authorized.error());
  if (method == "DELETE") return replyStatus(message, conference_.endRoom(room));
  const auto change = wire::decodePatchRoom(bodyOf(message));
  if (!change) return replyError(message, change.error());
  replyStatus(message, conference_.changeLayout(room, *change));
}

void ApiRoutes::handleParticipant(SoupServerMessage* message, const RoomId& room,
                                  const ParticipantId& participant) {
  const std::string_view method = methodOf(message);
  if (method != "PATCH" && method != "DELETE") return replyMethodNotAllowed(message, "PATCH, DELETE");
  if (const auto authorized = authorize(message); !authorized) return replyError(message, authorized.error());
  if (method == "DELETE") return replyStatus(message, conference_.removeParticipant(room, participant));
  const auto patch = wire::decodePatchParticipant(bodyOf(message));
  if (!patch) return replyError(message, patch.error());
  replyStatus(message, conference_.changeParticipant(room, participant, *patch));
}

}  // namespace tessera::signaling
