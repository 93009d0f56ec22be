// SPDX-License-Identifier: Apache-2.0
#include "room/roster.h"

#include <algorithm>
#include <utility>

namespace tessera {

const Participant& Roster::add(Participant participant) {
  participants_.push_back(std::move(participant));
  appointModerator();
  return participants_.back();
}

bool Roster::remove(const ParticipantId& id) {
  const auto removed = std::erase_if(participants_, [&](const Participant& p) { return p.id == id; });
  if (removed) appointModerator();
  return removed > 0;
}

Participant* Roster::find(const ParticipantId& id) {
  return const_cast<Participant*>(std::as_const(*this).find(id));
}

const Participant* Roster::find(const ParticipantId& id) const {
  const auto it = std::find_if(participants_.begin(), participants_.end(),
                               [&](const Participant& p) { return p.id == id; });
  return it == participants_.end() ? nullptr : &*it;
}

bool Roster::isModerator(const ParticipantId& id) const {
  return std::any_of(participants_.begin(), participants_.end(), [&](const Participant& p) {
    return p.id == id && p.role == ParticipantRole::moderator;
  });
}

void Roster::appointModerator() {
  const auto moderates = [](const Participant& p) { return p.role == ParticipantRole::moderator; };
  if (std::any_of(participants_.begin(), participants_.end(), moderates)) return;
  const auto eligible = [](const Participant& p) { return p.role == ParticipantRole::participant; };
  const auto it = std::find_if(participants_.begin(), participants_.end(), eligible);
  if (it != participants_.end()) it->role = ParticipantRole::moderator;
}

}  // namespace tessera
