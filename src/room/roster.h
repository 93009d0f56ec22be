// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace tessera {

// source: a file or a stream by address, nobody who could act.
enum class ParticipantRole { moderator, participant, viewer, source };

// What everybody in the room knows of somebody.
struct Participant {
  ParticipantId id;
  std::string name;
  ParticipantRole role = ParticipantRole::participant;
  bool muted = false;
  bool cameraOff = false;
  bool handRaised = false;
  bool connected = false;  // the media is up
  bool sharing = false;    // a screen
  bool poorConnection = false;
};

// Who is in a room, in the order of joining. The first who is neither a viewer nor a source moderates; when
// the moderator leaves, the one who has been there longest takes over. Viewers and sources never moderate.
class Roster {
 public:
  // `id` must not be present. Returns the entry with its role settled.
  const Participant& add(Participant participant);
  // False when nobody was removed.
  bool remove(const ParticipantId& id);
  Participant* find(const ParticipantId& id);
  const Participant* find(const ParticipantId& id) const;
  const std::vector<Participant>& list() const { return participants_; }
  std::size_t size() const { return participants_.size(); }
  bool empty() const { return participants_.empty(); }
  bool isModerator(const ParticipantId& id) const;

 private:
  void appointModerator();
  std::vector<Participant> participants_;
};

}  // namespace tessera
