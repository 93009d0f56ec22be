// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "server/conference_room.h"
#include "signaling/ice_servers.h"

// What clients and the API are told of the room.

namespace tessera::server {
namespace {

wire::Role toWire(ParticipantRole role) {
  switch (role) {
    case ParticipantRole::moderator:
      return wire::Role::moderator;
    case ParticipantRole::viewer:
      return wire::Role::viewer;
    case ParticipantRole::source:
      return wire::Role::source;
    case ParticipantRole::participant:
      break;
  }
  return wire::Role::participant;
}

}  // namespace

void ConferenceRoom::welcome(Member& member, bool resumed) {
  const auto now = std::chrono::system_clock::now();
  wire::Welcome message;
  message.id = member.id;
  message.room = id();
  message.role = toWire(roster_.find(member.id)->role);
  message.resume = context_.tokens.issue({id(), member.id}, now);
  message.resumed = resumed;
  message.canvas = settings_.canvas;
  message.glideMs = settings_.look.glideMs;
  message.cornerRadius = settings_.look.cornerRadius;
  message.layout = layout_;
  for (const CustomLayout& custom : settings_.look.customLayouts)
    message.customLayouts.push_back(custom.name);
  message.iceServers = signaling::iceServers(context_.settings.media, member.id, now);
  message.recording = recordingNotice();
  message.screen = member.screenEnded;
  message.participants = rosterEntries();
  send(member, message);
  if (picture_) send(member, wire::Tiles{*picture_});
  send(member, quality());  // always: it may have changed while they were away
}

void ConferenceRoom::send(Member& member, const wire::ToClient& message) {
  if (member.link) member.link->send(wire::encode(message));
}

void ConferenceRoom::sendError(Member& member, const Error& error, std::string_view re) {
  ++context_.metrics.connections.errorsOut[error.code];
  send(member, wire::ErrorMessage{error, false, std::string(re)});
}

void ConferenceRoom::broadcast(const wire::ToClient& message) {
  const std::string json = wire::encode(message);
  for (auto& [key, member] : members_)
    if (member->link) member->link->send(json);
}

void ConferenceRoom::rosterChanged() {
  if (rosterTimer_.running() || state_ == wire::RoomState::ending) return;
  rosterTimer_.once(timing_.rosterDelay, [this] {
    broadcast(wire::Roster{rosterEntries()});
    recordings_.onSceneChanged();
  });
}

std::vector<wire::RosterEntry> ConferenceRoom::rosterEntries() const {
  std::vector<wire::RosterEntry> entries;
  for (const Participant& p : roster_.list())
    entries.push_back({p.id, p.name, toWire(p.role), p.muted, p.cameraOff, p.handRaised, p.connected,
                       p.sharing, p.poorConnection});
  return entries;
}

wire::RoomSummary ConferenceRoom::summary() const {
  return {id(), state_, static_cast<int>(members_.size()), startedAtMs_};
}

wire::RoomDetails ConferenceRoom::details() const {
  wire::RoomDetails details;
  details.summary = summary();
  details.templateName = rules_.name;
  details.canvas = settings_.canvas;
  details.layout = layout_;
  details.picture = picture_;
  for (const wire::RosterEntry& entry : rosterEntries()) {
    const auto level = levels_.find(entry.id);
    const SpeakerLevel spoken = level == levels_.end() ? SpeakerLevel{} : level->second;
    wire::ApiParticipant participant{entry, spoken.levelDb, spoken.speaking};
    if (const auto found = members_.find(entry.id); found != members_.end()) {
      participant.codec = found->second->codec;
      participant.maxHeight = found->second->bounds.cap;
      participant.receiving = found->second->receiving;
    }
    details.participants.push_back(std::move(participant));
  }
  details.processId = media_ ? media_->processId() : 0;
  details.restarts = restarts_;
  details.health = health_;
  return details;
}

RoomSample ConferenceRoom::sample() const {
  RoomSample sample;
  sample.room = id();
  sample.participants = static_cast<int>(members_.size());
  sample.health = health_.value_or(RoomHealth{});
  for (const Participant& p : roster_.list()) sample.screens += p.sharing;
  if (picture_) sample.layout = picture_->layout;
  sample.outputs = outputs_.list();
  sample.sources = sources_.list();
  sample.receivers.resize(settings_.rungs.size() + 1);
  for (const auto& [key, member] : members_) {
    if (!member->receiving) continue;
    const auto level = static_cast<std::size_t>(member->receiving->level);
    ++sample.receivers[std::min(level, settings_.rungs.size())];
    ++sample.limits[member->receiving->limit];
  }
  return sample;
}

}  // namespace tessera::server
