// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "base/log.h"
#include "server/conference_room.h"

// The room's process and the media connections of its participants.

namespace tessera::server {

ConferenceRoom::Connection* ConferenceRoom::connectionOf(Member& member, const std::string& pc) {
  for (Connection* connection : {&member.main, &member.screen})
    if (connection->pc == pc) return connection;
  return nullptr;
}

ConferenceRoom::Peer ConferenceRoom::peerOf(const PeerKey& key) {
  Member* member = memberOf(key.participant);
  Connection* connection = member ? connectionOf(*member, key.pc) : nullptr;
  if (!connection || !connection->inMix || connection->gen != key.gen) return {};
  return {member, connection};
}

// A new connection in place of the present one, if any; its offer follows from the process. There the higher
// gen takes the place of the old one, so that nobody is seen or heard to leave and to come.
void ConferenceRoom::renewPeer(Member& member, Connection& connection) {
  if (!crashGuard_.admitsNow(member.id)) return removePeer(member, connection);
  if (connection.inMix) resetStatus(member, connection);
  addPeer(member, connection);
}

void ConferenceRoom::addPeer(Member& member, Connection& connection) {
  if (!media_ || state_ == wire::RoomState::ending) return;
  const Participant& participant = *roster_.find(member.id);
  ++connection.gen;
  connection.candidates = 0;
  connection.inMix = true;
  connection.ingest.reset();
  PeerSettings settings;
  settings.key = keyOf(member, connection);
  settings.name = participant.name;
  settings.codec = member.codec;
  if (&connection == &member.screen) return media_->addPeer(settings);
  settings.muted = participant.muted;
  settings.cameraOff = participant.cameraOff;
  settings.hidden = member.viewer;
  settings.bestLevel = bestLevelOf(member);
  media_->addPeer(settings);
  if (participant.handRaised) media_->updatePeer({member.id, {}, {}, true, {}, {}});
}

// Whether a client that comes back by another WebSocket has that connection still, and needs no new one.
bool ConferenceRoom::keeps(const wire::Join& join, const Member& member, const Connection& connection) {
  if (&connection == &member.main && !roster_.find(member.id)->connected) return false;
  return connection.inMix && std::any_of(join.keep.begin(), join.keep.end(), [&](const auto& kept) {
           return kept.pc == connection.pc && kept.gen == connection.gen;
         });
}

// In place of an offer: what may have been missed meanwhile.
void ConferenceRoom::keepPeer(Member& member) {
  const Participant& participant = *roster_.find(member.id);
  if (media_) media_->updatePeer({member.id, participant.muted, participant.cameraOff, {}, {}, {}});
  tellReceiving(member);
  tellIngest(member, member.main);
  tellIngest(member, member.screen);
}

void ConferenceRoom::addPeers(Member& member) {
  addPeer(member, member.main);
  if (sharing(member)) addPeer(member, member.screen);
}

void ConferenceRoom::removePeer(Member& member, Connection& connection) {
  if (!std::exchange(connection.inMix, false)) return;
  if (media_) media_->removePeer(keyOf(member, connection));
  resetStatus(member, connection);
}

// What the roster says of a connection that is no more.
void ConferenceRoom::resetStatus(Member& member, const Connection& connection) {
  if (&connection == &member.screen) return;
  member.receiving.reset();
  Participant& participant = *roster_.find(member.id);
  participant.connected = participant.poorConnection = false;
  if (!member.link) awaitReturn(member);
  rosterChanged();
}

void ConferenceRoom::onOffer(const PeerKey& peer, const std::string& sdp) {
  if (const Peer to = peerOf(peer)) send(*to.member, wire::ServerOffer{peer.pc, peer.gen, sdp});
}

void ConferenceRoom::onCandidate(const PeerKey& peer, const IceCandidate& candidate) {
  if (const Peer to = peerOf(peer)) send(*to.member, wire::ServerCandidate{peer.pc, peer.gen, candidate});
}

void ConferenceRoom::onPeerState(const PeerKey& peer, PeerState state, const Error& why) {
  const Peer of = peerOf(peer);
  if (!of) return;
  if (state == PeerState::connected) onPeerConnected(*of.member, *of.connection);
  if (state == PeerState::failed) onPeerFailed(*of.member, *of.connection, why);
}

void ConferenceRoom::onPeerConnected(Member& member, Connection& connection) {
  log::info(
      "media connected",
      {{"room", id().value}, {"peer", member.id.value}, {"pc", connection.pc}, {"gen", connection.gen}});
  if (&connection == &member.screen) return;
  roster_.find(member.id)->connected = true;
  if (!member.link) awaitReturn(member);
  crashGuard_.onConnected(member.id, Clock::now());
  rosterChanged();
}

void ConferenceRoom::onPeerFailed(Member& member, Connection& connection, const Error& why) {
  const bool screen = &connection == &member.screen;
  log::warn("media failed", {{"room", id().value},
                             {"peer", member.id.value},
                             {"pc", connection.pc},
                             {"gen", connection.gen},
                             {"code", wireName(why.code)},
                             {"why", why.text}});
  if (why.code == ErrorCode::fingerprintMismatch)
    return dismiss(member, why, {why.code, "the connection is not with whom it claims to be", false, 0});
  if (!member.link)  // a new one comes with its WebSocket
    return screen ? endScreen(member) : removePeer(member, connection);
  const auto now = Clock::now();
  auto& failures = connection.failures;
  while (!failures.empty() && now - failures.front() > timing_.retryWindow) failures.pop_front();
  failures.push_back(now);
  if (static_cast<int>(failures.size()) <= timing_.maxFailures) return renewPeer(member, connection);
  const Error last{ErrorCode::mediaFailed, why.text};
  if (screen) return endScreen(member, wire::ScreenState::ended, last);
  dismiss(member, last, {ErrorCode::mediaFailed, "no media connection could be made", false, 0});
}

void ConferenceRoom::onPeerError(const PeerKey& peer, const Error& error) {
  const Peer of = peerOf(peer);
  if (!of) return;
  if (error.code == ErrorCode::fingerprintMismatch) return onPeerFailed(*of.member, *of.connection, error);
  const bool candidate = error.code == ErrorCode::badCandidate;
  sendError(*of.member, error, candidate ? "candidate" : "answer");
}

void ConferenceRoom::onConnectionQuality(const PeerKey& peer, bool poor) {
  const Peer of = peerOf(peer);
  if (!of || of.connection != &of.member->main) return;
  if (std::exchange(roster_.find(peer.participant)->poorConnection, poor) == poor) return;
  if (media_) media_->updatePeer({peer.participant, {}, {}, {}, poor, {}});
  rosterChanged();
}

void ConferenceRoom::onHealth(const RoomHealth& health) {
  health_ = health;
  setDegradation(health.degradation);
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
  picture_.reset();
  degradation_ = Degradation::none;  // told when the new process says so
  recordings_.onProcessLost();
  outputs_.onProcessLost();
  sources_.onProcessLost();
  if (state_ == wire::RoomState::ending) return;
  state_ = wire::RoomState::recovering;
  std::vector<ParticipantId> present;
  for (const Participant& p : roster_.list()) present.push_back(p.id);
  for (auto& [key, member] : members_) {
    removePeer(*member, member->main);
    removePeer(*member, member->screen);
  }
  startAgain(crashGuard_.onCrash(Clock::now(), present));
}

void ConferenceRoom::startAgain(const CrashGuard::Verdict& verdict) {
  if (verdict.barred) bar(*verdict.barred);
  const wire::Bye later{ErrorCode::roomFailed, "the room failed", true, 2000};
  if (verdict.giveUp) return end(later);
  // While it is found out who brings the room down, each is tried with the main connection alone.
  if (crashGuard_.probing())
    for (auto& [key, member] : members_)
      endScreen(*member, wire::ScreenState::ended,
                {ErrorCode::roomFailed, "the room had to be started again several times"});
  auto media = context_.host.start(settings_, *this);
  if (!media) {
    log::error("no room process", {{"room", id().value}, {"why", media.error().text}});
    return end(later);
  }
  media_ = std::move(*media);
  ++restarts_;
  ++context_.metrics.roomRespawns;
  media_->setLayout(layout_);
  recordings_.onProcessStarted();
  outputs_.onProcessStarted();
  for (const ParticipantId& admitted : verdict.admit) {
    if (Member* member = memberOf(admitted)) addPeers(*member);
    sources_.admit(admitted);
  }
  admitDue();
}

void ConferenceRoom::admitDue() {
  for (const ParticipantId& admitted : crashGuard_.due(Clock::now())) {
    if (Member* member = memberOf(admitted)) renewPeer(*member, member->main);
    sources_.admit(admitted);
  }
  if (!crashGuard_.probing()) return probeTimer_.stop();
  if (!probeTimer_.running()) probeTimer_.every(timing_.probeEvery, [this] { admitDue(); });
}

// Its media brings the process down: it is out for as long as the room lives.
void ConferenceRoom::bar(const ParticipantId& barred) {
  sources_.bar(barred);
  Member* member = memberOf(barred);
  if (!member) return;
  log::error("participant barred", {{"room", id().value}, {"peer", barred.value}});
  ++context_.metrics.barred;
  barred_.push_back({barred, member->address, roster_.find(barred)->name});
  dismiss(*member, {ErrorCode::roomFailed, "the room failed each time you came in"},
          {ErrorCode::forbidden, "you may not come back to this room", false, 0});
}

}  // namespace tessera::server
