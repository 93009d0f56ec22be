// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include "base/log.h"
#include "server/conference_room.h"
#include "wire/limits.h"

// What clients ask of their room.

namespace tessera::server {

// `current` has checked that the message belongs to the connection at hand; one that comes late is answered
// but changes nothing.
ConferenceRoom::Connection* ConferenceRoom::current(Member& member, const std::string& pc, std::uint32_t gen,
                                                    const char* re) {
  if (const Peer peer = peerOf({member.id, pc, gen})) return peer.connection;
  sendError(member, {ErrorCode::conflict, "of a connection that is not the present one"}, re);
  return nullptr;
}

void ConferenceRoom::handle(Member& member, const wire::Join&) {
  sendError(member, {ErrorCode::conflict, "joined already"}, "join");
}

void ConferenceRoom::handle(Member& member, const wire::ClientAnswer& answer) {
  const Connection* connection = current(member, answer.pc, answer.gen, "answer");
  if (connection && media_) media_->setAnswer(keyOf(member, *connection), answer.sdp);
}

void ConferenceRoom::handle(Member& member, const wire::ClientCandidate& candidate) {
  Connection* connection = current(member, candidate.pc, candidate.gen, "candidate");
  if (!connection) return;
  if (++connection->candidates > wire::kMaxCandidates)
    return sendError(
        member,
        {ErrorCode::tooMany, fmt::format("a connection has at most {} candidates", wire::kMaxCandidates)},
        "candidate");
  if (media_) media_->addCandidate(keyOf(member, *connection), candidate.candidate);
}

void ConferenceRoom::handle(Member& member, const wire::ClientMedia& media) {
  Participant& participant = *roster_.find(member.id);
  if (media.muted) participant.muted = *media.muted;
  if (media.cameraOff) participant.cameraOff = *media.cameraOff;
  if (media_) media_->updatePeer({member.id, media.muted, media.cameraOff, {}, {}, {}});
  rosterChanged();
}

// By others.
void ConferenceRoom::setMuted(Member& member, bool muted) {
  roster_.find(member.id)->muted = muted;
  member.othersMute.reset();
  if (muted) member.othersMute = Clock::now();
  if (media_) media_->updatePeer({member.id, muted, {}, {}, {}, {}});
  rosterChanged();
}

void ConferenceRoom::handle(Member& member, const wire::ClientChat& chat) {
  if (!member.chat.take(Clock::now()))
    return sendError(member, {ErrorCode::tooMany, "too many chat messages"}, "chat");
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  broadcast(wire::ServerChat{member.id, roster_.find(member.id)->name, chat.text,
                             std::chrono::duration_cast<std::chrono::milliseconds>(now).count()});
}

void ConferenceRoom::handle(Member& member, const wire::ClientHand& hand) {
  roster_.find(member.id)->handRaised = hand.raised;
  if (media_) media_->updatePeer({member.id, {}, {}, hand.raised, {}, {}});
  rosterChanged();
}

void ConferenceRoom::handle(Member& member, const wire::Moderate& moderate) {
  if (!roster_.isModerator(member.id))
    return sendError(member, {ErrorCode::forbidden, "only the moderator may do that"}, "moderate");
  if (moderate.action == wire::ModerateAction::end)
    return end({ErrorCode::roomEnded, "ended by the moderator", false, 0});
  // A moderator may kick itself: `member` may be gone after this.
  const auto act = [&]() -> Status {
    if (moderate.action == wire::ModerateAction::kick) return kick(moderate.target, "the moderator");
    if (moderate.action == wire::ModerateAction::mute) return changeParticipant(moderate.target, {true, {}});
    return stopScreen(moderate.target);
  };
  if (const Status done = act(); !done) sendError(member, done.error(), "moderate");
}

void ConferenceRoom::handle(Member& member, const wire::ClientLayout& layout) {
  if (!roster_.isModerator(member.id))
    return sendError(member, {ErrorCode::forbidden, "only the moderator may do that"}, "layout");
  if (!member.layouts.take(Clock::now()))
    return sendError(member, {ErrorCode::tooMany, "too many changes of the layout"}, "layout");
  if (const Status done = choose(layout.choice); !done) sendError(member, done.error(), "layout");
}

void ConferenceRoom::handle(Member& member, const wire::Reconnect& reconnect) {
  Connection* connection = connectionOf(member, reconnect.pc);
  if (!connection || (connection == &member.screen && !sharing(member)))
    return sendError(member, {ErrorCode::notFound, "there is no such connection"}, "reconnect");
  if (!connection->reconnects.take(Clock::now()))
    return sendError(member, {ErrorCode::tooMany, "one new connection a second"}, "reconnect");
  log::info("reconnects", {{"room", id().value},
                           {"peer", member.id.value},
                           {"pc", connection->pc},
                           {"gen", connection->gen + 1}});
  renewPeer(member, *connection);
}

void ConferenceRoom::handle(Member& member, const wire::Ping& ping) {
  send(member, wire::Pong{ping.id});
}

void ConferenceRoom::handle(Member& member, const wire::Leave&) {
  if (auto* link = std::exchange(member.link, nullptr))
    link->close({ErrorCode::roomEnded, "you have left", false, 0});
  remove(member, "leave");
}

}  // namespace tessera::server
