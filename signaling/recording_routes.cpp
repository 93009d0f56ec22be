// SPDX-License-Identifier: Apache-2.0
#include "signaling/recording_routes.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "signaling/http_reply.h"

namespace tessera::signaling {
namespace {

constexpr std::string_view kTracks = "tracks/";
constexpr std::size_t kUsualPage = 200, kLargestPage = 1000;  // recordings in one answer

std::string pathOf(const RecordingId& id, std::string_view what) {
  return fmt::format("/v1/recordings/{}/{}", id.value, what);
}

// What the server has made itself consists of these; a name may come from a directory, though.
std::string plainName(std::string_view path) {
  std::string name(path.substr(path.rfind('/') + 1));
  for (char& c : name)
    if (!g_ascii_isalnum(c) && c != '.' && c != '-' && c != '_') c = '_';
  return name;
}

std::optional<RecordingAction> actionOf(std::string_view name) {
  if (name == "pause") return RecordingAction::pause;
  if (name == "resume") return RecordingAction::resume;
  if (name == "stop") return RecordingAction::stop;
  return std::nullopt;
}

Result<std::size_t> limitOf(const QueryOf& query) {
  if (!query.has("limit")) return kUsualPage;
  const std::string text = query.get("limit");
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit < 1 || limit > kLargestPage)
    return fail(ErrorCode::badRequest, "limit: expected 1 to {}", kLargestPage);
  return limit;
}

// Of all of them what the query asks for.
Result<std::vector<wire::RecordingInfo>> pageOf(std::vector<wire::RecordingInfo> all, const QueryOf& query) {
  const auto limit = limitOf(query);
  if (!limit) return tl::unexpected(limit.error());
  if (query.has("before")) {
    const RecordingId before{query.get("before")};
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.id == before; });
    if (found == all.end()) return fail(ErrorCode::notFound, "before: no such recording");
    all.erase(all.begin(), found + 1);
  }
  if (all.size() > *limit) all.erase(all.begin() + static_cast<std::ptrdiff_t>(*limit), all.end());
  return all;
}

}  // namespace

void RecordingRoutes::handle(SoupServerMessage* message, const std::vector<std::string>& path) {
  if (path.empty()) return list(message);
  if (!isServerId(path[0])) return replyNothingHere(message);
  const RecordingId id{path[0]};
  if (path.size() == 1) return handleOne(message, id);
  const std::string& what = path[1];
  if (path.size() == 2 && (what == "file" || what == "poster" || what == "timeline"))
    return serve(message, id, what);
  if (path.size() == 3 && what == "tracks") return serve(message, id, std::string(kTracks) + path[2]);
  replyNothingHere(message);
}

void RecordingRoutes::list(SoupServerMessage* message) {
  if (!isReading(message)) return replyMethodNotAllowed(message, "GET, HEAD");
  if (const Status may = authority_.byTokenOrMachine(message); !may) return replyError(message, may.error());
  auto recordings = pageOf(conference_.listRecordings(), QueryOf(message));
  if (!recordings) return replyError(message, recordings.error());
  for (wire::RecordingInfo& each : *recordings) addLinks(each);
  replyJson(message, SOUP_STATUS_OK, wire::encodeRecordingList(*recordings));
}

void RecordingRoutes::handleOne(SoupServerMessage* message, const RecordingId& id) {
  const bool deletes = methodOf(message) == "DELETE";
  if (!isReading(message) && !deletes) return replyMethodNotAllowed(message, "GET, HEAD, DELETE");
  if (const Status may = authority_.byTokenOrMachine(message); !may) return replyError(message, may.error());
  if (deletes) return replyStatus(message, conference_.deleteRecording(id));
  auto recording = conference_.describeRecording(id);
  if (!recording) return replyError(message, recording.error());
  addLinks(*recording);
  replyJson(message, SOUP_STATUS_OK, wire::encodeRecording(*recording));
}

void RecordingRoutes::handleOfRoom(SoupServerMessage* message, const RoomId& room,
                                   const std::vector<std::string>& path) {
  const auto action = path.size() == 2 && isServerId(path[0]) ? actionOf(path[1]) : std::nullopt;
  if (!path.empty() && !action) return replyNothingHere(message);
  if (methodOf(message) != "POST") return replyMethodNotAllowed(message, "POST");
  if (const Status may = authority_.byTokenOrMachine(message); !may) return replyError(message, may.error());
  if (!action) return start(message, room);
  replyStatus(message, conference_.controlRecording(room, {path[0]}, *action));
}

void RecordingRoutes::start(SoupServerMessage* message, const RoomId& room) {
  const auto request = wire::decodeStartRecording(bodyOf(message));
  if (!request) return replyError(message, request.error());
  const auto started = conference_.startRecording(room, *request);
  if (!started) return replyError(message, started.error());
  setHeader(message, "Location", "/v1/recordings/" + started->id.value);
  replyJson(message, SOUP_STATUS_CREATED, wire::encodeRecording(*started));
}

Status RecordingRoutes::mayRead(SoupServerMessage* message, const std::string& path) const {
  const QueryOf query(message);
  if (!query.has("signature")) return authority_.byTokenOrMachine(message);
  return links_.verify(path, query.get("expires"), query.get("signature"), LinkSigner::Clock::now());
}

void RecordingRoutes::serve(SoupServerMessage* message, const RecordingId& id, const std::string& what) {
  if (!isReading(message)) return replyMethodNotAllowed(message, "GET, HEAD");
  if (const Status may = mayRead(message, pathOf(id, what)); !may) return replyError(message, may.error());
  const auto recording = conference_.describeRecording(id);
  if (!recording) return replyError(message, recording.error());
  std::string_view name = what;
  if (name.starts_with(kTracks)) {
    name.remove_prefix(kTracks.size());
    const auto& tracks = recording->tracks;
    if (std::find(tracks.begin(), tracks.end(), name) == tracks.end()) return replyNothingHere(message);
  }
  auto path = conference_.recordingFile(id, name);
  if (!path) return replyError(message, path.error());
  FileResponse response;
  response.contentType = mediaTypeOf(*path);
  response.mayRest = true;
  if (QueryOf(message).get("download") == "1") response.downloadAs = plainName(*path);
  response.path = std::move(*path);
  files_.serve(message, std::move(response));
}

void RecordingRoutes::addLinks(wire::RecordingInfo& recording) const {
  if (recording.state != wire::RecordingState::complete) return;
  const auto now = LinkSigner::Clock::now();
  const auto link = [&](std::string_view what) { return links_.sign(pathOf(recording.id, what), now); };
  wire::RecordingLinks links;
  links.file = link("file");
  links.timeline = link("timeline");
  if (hasVideo(recording.formats.format)) links.poster = link("poster");
  for (const std::string& track : recording.tracks)
    links.tracks.push_back(link(std::string(kTracks) + track));
  recording.links = std::move(links);
}

}  // namespace tessera::signaling
