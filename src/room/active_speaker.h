// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "room/media_room.h"

namespace tessera {

// Chooses the one speaker that layouts show large, from everybody's level and voice activity. Somebody who
// begins to speak while nobody else does is it at once; one who talks over the present speaker only after
// being clearly louder for a while, or when the other stops. A cough moves nobody. Pure; the times given are
// all it knows.
class ActiveSpeaker {
 public:
  using Clock = std::chrono::steady_clock;

  // What is known now, of everybody; those who are missing have left. True when current() changed.
  bool update(const std::vector<SpeakerLevel>& levels, Clock::time_point now);

  const ParticipantId& current() const;  // who spoke last, also in silence; empty: nobody has yet
  // Who speaks beside them, as loud or after them, and may be the speaker soon; empty: nobody.
  const ParticipantId& candidate() const;
  // Larger: was heard to speak more recently, as the speaker or beside. 0: never.
  std::uint64_t lastSpoke(const ParticipantId& id) const;

 private:
  static constexpr double kSilentDb = -127;
  struct Voice {
    std::uint64_t spoke = 0;
    std::optional<Clock::time_point> louderSince;  // clearly louder than the present speaker, since then
  };
  void hear(const std::vector<SpeakerLevel>& levels, Clock::time_point now);
  void followTurn(const SpeakerLevel* current, Clock::time_point now);
  const SpeakerLevel* loudestOther(const std::vector<SpeakerLevel>& levels) const;
  bool yields(const SpeakerLevel* current, const SpeakerLevel& to, Clock::time_point now) const;
  void beginTurn(ParticipantId next, const std::vector<SpeakerLevel>& levels, Clock::time_point now);
  void followCandidate(const std::vector<SpeakerLevel>& levels, Clock::time_point now);
  bool ended(const SpeakerLevel& current, Clock::time_point now) const;
  ParticipantId lastOfThoseHere() const;

  ParticipantId current_, candidate_;
  Clock::time_point turnBegan_{}, heardAt_{};
  double turnDb_ = kSilentDb;  // of the present speaker's louder moments
  std::map<ParticipantId, Voice> voices_;
  std::uint64_t turns_ = 0;
};

}  // namespace tessera
