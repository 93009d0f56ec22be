// SPDX-License-Identifier: Apache-2.0
#include "server/conference_registry.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "server/directories.h"

namespace tessera::server {
namespace {

double unixSeconds() {
  const std::chrono::duration<double> now = std::chrono::system_clock::now().time_since_epoch();
  return now.count();
}

}  // namespace

ConferenceRegistry::ConferenceRegistry(const RoomContext& context, RoomSettings prototype, RoomTiming timing)
    : context_(context),
      prototype_(std::move(prototype)),
      timing_(timing),
      startSeconds_(unixSeconds()),
      hls_(server::hlsDirectory(context.settings)) {}

ConferenceRegistry::~ConferenceRegistry() = default;

void ConferenceRegistry::shutDown(const wire::Bye& bye) {
  if (std::exchange(shuttingDown_, true)) return;
  std::vector<ConferenceRoom*> rooms;
  for (const auto& [id, room] : rooms_) rooms.push_back(room.get());
  for (ConferenceRoom* room : rooms) room->end(bye);
}

Status ConferenceRegistry::mayConnect(const RoomId&) const {
  if (shuttingDown_) return fail(ErrorCode::shuttingDown, "the server is going down");
  return {};
}

std::optional<ParticipantId> ConferenceRegistry::provenIdentity(const RoomId& room,
                                                                const std::string& token) const {
  if (token.empty()) return std::nullopt;
  const auto claim = context_.tokens.verify(token, std::chrono::system_clock::now());
  if (claim && claim->room == room) return claim->participant;
  // Not an error: a token of last week's room makes nobody worse off than none.
  log::debug("resume token not accepted", {{"room", room.value}});
  return std::nullopt;
}

Result<std::unique_ptr<signaling::Seat>> ConferenceRegistry::join(const RoomId& id, const wire::Join& join,
                                                                  signaling::ClientLink& link,
                                                                  const std::string& address) {
  const auto enter = [&]() -> Result<std::unique_ptr<signaling::Seat>> {
    if (shuttingDown_) return fail(ErrorCode::shuttingDown, "the server is going down");
    const auto room = findOrStart(id);
    if (!room) return tl::unexpected(room.error());
    return (*room)->join(join, provenIdentity(id, join.resume), link, address);
  };
  auto seat = enter();
  if (!seat) {
    ++context_.metrics.joins[std::string(wireName(seat.error().code))];
    log::warn("join refused", {{"room", id.value}, {"code", wireName(seat.error().code)}});
  }
  return seat;
}

Result<ConferenceRoom*> ConferenceRegistry::find(const RoomId& id) const {
  const auto it = rooms_.find(id);
  if (it == rooms_.end()) return fail(ErrorCode::notFound, "room {} does not exist", id.value);
  return it->second.get();
}

Result<ConferenceRoom*> ConferenceRegistry::findOrStart(const RoomId& id, const std::string& templateName) {
  if (auto found = find(id)) return found;
  if (static_cast<int>(rooms_.size()) >= context_.settings.limits.rooms)
    return fail(ErrorCode::tooMany, "this server has at most {} rooms", context_.settings.limits.rooms);
  auto rules = config::templateFor(context_.settings, id, templateName);
  if (!rules) return tl::unexpected(rules.error());
  RoomSettings settings = settingsOf(id, rules->room);
  auto room = std::make_unique<ConferenceRoom>(context_, hls_, std::move(*rules), std::move(settings),
                                               timing_, [this, id] { onRoomEnded(id); });
  if (const auto started = room->start(); !started) {
    log::error("no room process", {{"room", id.value}, {"why", started.error().text}});
    return fail(ErrorCode::roomFailed, "the room could not be started");
  }
  return rooms_.emplace(id, std::move(room)).first->second.get();
}

RoomSettings ConferenceRegistry::settingsOf(const RoomId& id, const config::Room& room) const {
  RoomSettings settings = prototype_;
  settings.room = id;
  settings.canvas = room.canvas;
  settings.rungs = config::ladderOf(room);
  settings.audioKbps = room.audioKbps;
  settings.maxTalkers = room.maxTalkers;
  settings.look = room.look;
  settings.sound = room.sound;
  settings.program = config::programOf(room);
  return settings;
}

void ConferenceRegistry::onRoomEnded(const RoomId& id) {
  // Off the map at once, so that the name is free; destroyed when the stack is unwound.
  auto node = rooms_.extract(id);
  if (node.empty()) return;
  post([room = std::shared_ptr<ConferenceRoom>(std::move(node.mapped()))] {});
}

bool ConferenceRegistry::ready() const {
  const auto runs = [](const auto& entry) {
    return entry.second->summary().state == wire::RoomState::running;
  };
  return !shuttingDown_ && (context_.host.ready() || std::any_of(rooms_.begin(), rooms_.end(), runs));
}

std::string ConferenceRegistry::metricsText() const {
  std::vector<RoomSample> samples;
  for (const auto& [id, room] : rooms_) samples.push_back(room->sample());
  return server::metricsText(context_.metrics, samples, context_.recordings.sample(), startSeconds_);
}

std::vector<wire::RoomSummary> ConferenceRegistry::listRooms() const {
  std::vector<wire::RoomSummary> summaries;
  for (const auto& [id, room] : rooms_) summaries.push_back(room->summary());
  return summaries;
}

Result<wire::RoomDetails> ConferenceRegistry::describeRoom(const RoomId& id) const {
  return find(id).map([](const ConferenceRoom* room) { return room->details(); });
}

Result<wire::RoomSummary> ConferenceRegistry::createRoom(const wire::CreateRoom& request) {
  if (shuttingDown_) return fail(ErrorCode::shuttingDown, "the server is going down");
  if (find(request.room)) return fail(ErrorCode::conflict, "room {} exists already", request.room.value);
  return findOrStart(request.room, request.templateName).map([](const ConferenceRoom* room) {
    return room->summary();
  });
}

Status ConferenceRegistry::changeLayout(const RoomId& id, const wire::PatchRoom& change) {
  return find(id).and_then([&](ConferenceRoom* room) { return room->changeLayout(change); });
}

Status ConferenceRegistry::endRoom(const RoomId& id) {
  return find(id).map([](ConferenceRoom* room) {
    room->end({ErrorCode::roomEnded, "ended by the operator", false, 0});
  });
}

Status ConferenceRegistry::changeParticipant(const RoomId& room, const ParticipantId& id,
                                             const wire::PatchParticipant& change) {
  return find(room).and_then([&](ConferenceRoom* found) { return found->changeParticipant(id, change); });
}

Status ConferenceRegistry::removeParticipant(const RoomId& room, const ParticipantId& id) {
  return find(room).and_then([&](ConferenceRoom* found) { return found->kick(id, "the operator"); });
}

}  // namespace tessera::server
