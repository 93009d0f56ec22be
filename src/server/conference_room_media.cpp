// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "server/conference_room.h"

// The room's process and the media connections of its participants.

namespace tessera::server {

ConferenceRoom::Member* ConferenceRoom::memberOf(const PeerKey& peer) {
  Member* member = memberOf(peer.participant);
  return member && member->inMix && keyOf(*member) == peer ? member : nullptr;
}

// A new connection in place of the present one, if any; its offer follows from the process.
void ConferenceRoom::renewPeer(Member& member) {
  removePeer(member);
  if (crashGuard_.admitsNow(member.id)) addPeer(member);
}

void ConferenceRoom::addPeer(Member& member) {
  if (!media_ || state_ == wire::RoomState::ending) return;
  const Participant& participant = *roster_.find(member.id);
  ++member.gen;
  member.candidates = 0;
  member.inMix = true;
  PeerSettings settings;
  settings.key = keyOf(member);
  settings.name = participant.name;
  settings.codec = member.codec;
  settings.muted = participant.muted;
  settings.cameraOff = participant.cameraOff;
  settings.hidden = member.viewer;
  media_->addPeer(settings);
  if (participant.handRaised) media_->updatePeer({member.id, {}, {}, true});
}

void ConferenceRoom::removePeer(Member& member) {
  if (!std::exchange(member.inMix, false)) return;
  if (media_) media_->removePeer(keyOf(member));
  roster_.find(member.id)->connected = false;
  rosterChanged();
}

void ConferenceRoom::onOffer(const PeerKey& peer, const std::string& sdp) {
  if (Member* member = memberOf(peer)) send(*member, wire::ServerOffer{peer.pc, peer.gen, sdp});
}

void ConferenceRoom::onCandidate(const PeerKey& peer, const IceCandidate& candidate) {
  if (Member* member = memberOf(peer)) send(*member, wire::ServerCandidate{peer.pc, peer.gen, candidate});
}

void ConferenceRoom::onPeerState(const PeerKey& peer, PeerState state, const Error& why) {
  Member* member = memberOf(peer);
  if (!member) return;
  if (state == PeerState::connected) onPeerConnected(*member);
  if (state == PeerState::failed) onPeerFailed(*member, why);
}

void ConferenceRoom::onPeerConnected(Member& member) {
  roster_.find(member.id)->connected = true;
  crashGuard_.onConnected(member.id, Clock::now());
  log::info("media connected", {{"room", id().value}, {"peer", member.id.value}, {"gen", member.gen}});
  rosterChanged();
}

void ConferenceRoom::onPeerFailed(Member& member, const Error& why) {
  log::warn("media failed", {{"room", id().value},
                             {"peer", member.id.value},
                             {"gen", member.gen},
                             {"code", wireName(why.code)},
                             {"why", why.text}});
  if (why.code == ErrorCode::fingerprintMismatch)
    return dismiss(member, why, {why.code, "the connection is not with whom it claims to be", false, 0});
  if (!member.link) return removePeer(member);  // a new one comes with its WebSocket
  const auto now = Clock::now();
  while (!member.failures.empty() && now - member.failures.front() > timing_.retryWindow)
    member.failures.pop_front();
  member.failures.push_back(now);
  if (static_cast<int>(member.failures.size()) > timing_.maxFailures)
    return dismiss(member, {ErrorCode::mediaFailed, why.text},
                   {ErrorCode::mediaFailed, "no media connection could be made", false, 0});
  renewPeer(member);
}

void ConferenceRoom::onPeerError(const PeerKey& peer, const Error& error) {
  Member* member = memberOf(peer);
  if (!member) return;
  if (error.code == ErrorCode::fingerprintMismatch) return onPeerFailed(*member, error);
  const bool candidate = error.code == ErrorCode::badCandidate;
  sendError(*member, error, candidate ? "candidate" : "answer");
}

void ConferenceRoom::onPicture(const Picture& picture) {
  tiles_ = wire::Tiles{picture.canvas, picture.tiles};
  broadcast(*tiles_);
}

void ConferenceRoom::onConnectionQuality(const ParticipantId& participant, bool poor) {
  Participant* known = roster_.find(participant);
  if (!known || std::exchange(known->poorConnection, poor) == poor) return;
  if (media_) media_->updatePeer({participant, {}, {}, {}, poor});
  rosterChanged();
}

void ConferenceRoom::onSpeaking(const std::vector<SpeakerLevel>& levels) {
  levels_.clear();  // who is not listed is not heard
  for (const SpeakerLevel& level : levels)
    if (members_.contains(level.participant)) levels_[level.participant] = level;
  broadcast(wire::SpeakingUpdate{levels});
}

void ConferenceRoom::onHealth(const RoomHealth& health) {
  health_ = health;
  if (state_ != wire::RoomState::ending) state_ = wire::RoomState::running;
}

// The process is gone. The room lives on with a new one, and everybody keeps the WebSocket.
void ConferenceRoom::onFailed(const Error& why) {
  log::error("room process failed", {{"room", id().value},
                                     {"pid", media_ ? media_->processId() : 0},
                                     {"code", wireName(why.code)},
                                     {"why", why.text}});
  ++context_.metrics.roomDeaths[std::string(wireName(why.code))];
  media_.reset();
  health_.reset();
  if (state_ == wire::RoomState::ending) return;
  state_ = wire::RoomState::recovering;
  std::vector<ParticipantId> present;
  for (const Participant& p : roster_.list()) present.push_back(p.id);
  for (auto& [key, member] : members_) removePeer(*member);
  const CrashGuard::Verdict verdict = crashGuard_.onCrash(Clock::now(), present);
  if (verdict.barred) bar(*verdict.barred);
  const wire::Bye later{ErrorCode::roomFailed, "the room failed", true, 2000};
  if (verdict.giveUp) return end(later);
  auto media = context_.host.start(settings_, *this);
  if (!media) {
    log::error("no room process", {{"room", id().value}, {"why", media.error().text}});
    return end(later);
  }
  media_ = std::move(*media);
  ++restarts_;
  ++context_.metrics.roomRespawns;
  for (const ParticipantId& admitted : verdict.admit)
    if (Member* member = memberOf(admitted)) addPeer(*member);
  admitDue();
}

void ConferenceRoom::admitDue() {
  for (const ParticipantId& admitted : crashGuard_.due(Clock::now()))
    if (Member* member = memberOf(admitted)) renewPeer(*member);
  if (!crashGuard_.probing()) return probeTimer_.stop();
  if (!probeTimer_.running()) probeTimer_.every(timing_.probeEvery, [this] { admitDue(); });
}

// Its media brings the process down: it is out for as long as the room lives.
void ConferenceRoom::bar(const ParticipantId& barred) {
  Member* member = memberOf(barred);
  if (!member) return;
  log::error("participant barred", {{"room", id().value}, {"peer", barred.value}});
  ++context_.metrics.barred;
  barred_.push_back({barred, member->address, roster_.find(barred)->name});
  dismiss(*member, {ErrorCode::roomFailed, "the room failed each time you came in"},
          {ErrorCode::forbidden, "you may not come back to this room", false, 0});
}

}  // namespace tessera::server
