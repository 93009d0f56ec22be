// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "server/conference_room.h"

// Shared screens: a second connection of a participant, for one of them at a time. That somebody shares is
// what the roster says; the connection may be on its way, or be replaced by a new one.

namespace tessera::server {

bool ConferenceRoom::sharing(const Member& member) {
  return roster_.find(member.id)->sharing;
}

Participant* ConferenceRoom::otherSharer(const ParticipantId& than) {
  for (const Participant& p : roster_.list())
    if (p.sharing && p.id != than) return roster_.find(p.id);
  return nullptr;
}

Status ConferenceRoom::mayShare(Member& member) {
  if (member.viewer) return fail(ErrorCode::forbidden, "viewers do not share their screen");
  if (!member.screenStarts.take(Clock::now()))
    return fail(ErrorCode::tooMany, "started too often; try again in a few seconds");
  if (sharing(member)) return {};
  if (crashGuard_.probing()) return fail(ErrorCode::roomFailed, "the room is starting again; try again soon");
  if (degradation_ == Degradation::closed)
    return fail(ErrorCode::overloaded, "the room has no time left for a shared screen");
  const Participant* other = otherSharer(member.id);
  if (other && rules_.room.secondScreen == config::SecondScreen::refuse)
    return fail(ErrorCode::conflict, "{} shares a screen already", other->name);
  return {};
}

void ConferenceRoom::handle(Member& member, const wire::ClientScreen& screen) {
  member.screenEnded.reset();
  if (screen.action == wire::ScreenAction::stop) return endScreen(member);
  if (const Status allowed = mayShare(member); !allowed) {
    endScreen(member);  // the client ends what it shared before, too
    return send(member, wire::ScreenNotice{wire::ScreenState::refused, allowed.error()});
  }
  Participant& participant = *roster_.find(member.id);
  if (const Participant* other = otherSharer(member.id))
    endScreen(*memberOf(other->id), wire::ScreenState::takenOver,
              {ErrorCode::conflict, participant.name + " shares a screen now"});
  participant.sharing = true;
  member.screen.failures.clear();
  log::info("shares a screen", {{"room", id().value}, {"peer", member.id.value}});
  renewPeer(member, member.screen);
  rosterChanged();
}

void ConferenceRoom::endScreen(Member& member) {
  if (!sharing(member)) return;
  removePeer(member, member.screen);
  roster_.find(member.id)->sharing = false;
  log::info("shares no screen any more", {{"room", id().value}, {"peer", member.id.value}});
  rosterChanged();
}

void ConferenceRoom::endScreen(Member& member, wire::ScreenState state, const Error& why) {
  if (!sharing(member)) return;
  endScreen(member);
  member.screenEnded = wire::ScreenNotice{state, why};
  send(member, *member.screenEnded);
}

Status ConferenceRoom::stopScreen(const ParticipantId& id) {
  Member* member = memberOf(id);
  if (!member) return fail(ErrorCode::notFound, "participant {} is not here", id.value);
  if (!sharing(*member)) return fail(ErrorCode::conflict, "participant {} shares no screen", id.value);
  endScreen(*member, wire::ScreenState::ended, {ErrorCode::forbidden, "stopped by the moderator"});
  return {};
}

}  // namespace tessera::server
