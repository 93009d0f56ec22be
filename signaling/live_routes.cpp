// SPDX-License-Identifier: Apache-2.0
#include "signaling/live_routes.h"

#include <algorithm>

#include "signaling/http_reply.h"

namespace tessera::signaling {
namespace {

enum class Ask { list, add, remove, nothing };  // nothing: it has been answered

Ask askOf(SoupServerMessage* message, const ApiAuthority& authority, const std::vector<std::string>& path) {
  if (path.size() > 1 || (!path.empty() && !isServerId(path[0]))) {
    replyNothingHere(message);
    return Ask::nothing;
  }
  const std::string_view method = methodOf(message);
  Ask ask = path.empty() ? (method == "POST" ? Ask::add : Ask::list) : Ask::remove;
  if ((ask == Ask::list && !isReading(message)) || (ask == Ask::remove && method != "DELETE")) {
    replyMethodNotAllowed(message, path.empty() ? "GET, HEAD, POST" : "DELETE");
    return Ask::nothing;
  }
  if (const Status may = authority.byTokenOrMachine(message); !may) {
    replyError(message, may.error());
    return Ask::nothing;
  }
  return ask;
}

template <class Added>
void replyCreated(SoupServerMessage* message, const std::string& location, const Result<Added>& added,
                  std::string (*encode)(const Added&)) {
  if (!added) return replyError(message, added.error());
  setHeader(message, "Location", location);
  replyJson(message, SOUP_STATUS_CREATED, encode(*added));
}

}  // namespace

void LiveRoutes::handleOutputs(SoupServerMessage* message, const RoomId& room,
                               const std::vector<std::string>& path) {
  const Ask ask = askOf(message, authority_, path);
  if (ask == Ask::list) {
    const auto outputs = conference_.listOutputs(room);
    if (!outputs) return replyError(message, outputs.error());
    return replyJson(message, SOUP_STATUS_OK, wire::encodeOutputList(*outputs));
  }
  if (ask == Ask::add) {
    const auto request = wire::decodeAddOutput(bodyOf(message));
    if (!request) return replyError(message, request.error());
    const auto added = conference_.addOutput(room, *request);
    const std::string id = added ? added->status.id.value : "";
    return replyCreated(message, fmt::format("/v1/rooms/{}/outputs/{}", room.value, id), added,
                        wire::encodeOutput);
  }
  if (ask == Ask::remove) replyStatus(message, conference_.removeOutput(room, {path[0]}));
}

void LiveRoutes::handleSources(SoupServerMessage* message, const RoomId& room,
                               const std::vector<std::string>& path) {
  const Ask ask = askOf(message, authority_, path);
  if (ask == Ask::list) {
    const auto sources = conference_.listSources(room);
    if (!sources) return replyError(message, sources.error());
    return replyJson(message, SOUP_STATUS_OK, wire::encodeSourceList(*sources));
  }
  if (ask == Ask::add) {
    const auto request = wire::decodeAddSource(bodyOf(message));
    if (!request) return replyError(message, request.error());
    const auto added = conference_.addSource(room, *request);
    const std::string id = added ? added->status.participant.value : "";
    return replyCreated(message, fmt::format("/v1/rooms/{}/sources/{}", room.value, id), added,
                        wire::encodeSource);
  }
  if (ask == Ask::remove) replyStatus(message, conference_.removeSource(room, {path[0]}));
}

void LiveRoutes::handleHls(SoupServerMessage* message, const std::vector<std::string>& path) {
  if (path.size() != 2 || !isHlsName(path[1])) return replyNothingHere(message);
  if (!isReading(message)) return replyMethodNotAllowed(message, "GET, HEAD");
  const auto room = parseRoomId(path[0]);
  if (!room) return replyError(message, room.error(), SOUP_STATUS_NOT_FOUND);
  const auto directory = conference_.hlsDirectory(*room);
  if (!directory) return replyError(message, directory.error());
  FileResponse response;
  response.path = *directory + "/" + path[1];
  response.contentType = mediaTypeOf(path[1]);
  // A segment never changes; the name of one of an earlier life of the room may come again, though.
  response.cacheControl = path[1].ends_with(".m3u8") ? "no-cache" : "public, max-age=60";
  response.anyOrigin = true;
  files_.serve(message, std::move(response));
}

bool isHlsName(std::string_view name) {
  constexpr std::size_t kMaxChars = 64;
  const auto dot = name.find('.');
  if (name.size() > kMaxChars || dot == 0 || dot == std::string_view::npos) return false;
  const std::string_view ending = name.substr(dot);
  return (ending == ".m3u8" || ending == ".ts" || ending == ".m4s" || ending == ".mp4") &&
         std::all_of(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(dot),
                     [](char c) { return g_ascii_isalnum(c) || c == '-' || c == '_'; });
}

}  // namespace tessera::signaling
