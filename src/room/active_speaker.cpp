// SPDX-License-Identifier: Apache-2.0
#include "room/active_speaker.h"

#include <algorithm>
#include <utility>

namespace tessera {
namespace {

using std::chrono::milliseconds;

// `speaking` takes 80 to 140 ms of a voice to begin and lasts 440 ms (mix/voice_activity.h). So a begin needs
// no further confirmation, but an end is seen earlier, in the level that falls below that of the turn.
constexpr double kEndedDb = 6;
constexpr double kForgetDbPerSecond = 2;  // of the turn's loudest moments
constexpr milliseconds kTurn{1500};       // a younger turn has not ended: the speaker is drawing breath
// Who talks over the present speaker, or after them.
constexpr int kLouderDb = 6;
constexpr milliseconds kLouderFor{500};

const SpeakerLevel* find(const std::vector<SpeakerLevel>& levels, const ParticipantId& id) {
  const auto found = std::ranges::find(levels, id, &SpeakerLevel::participant);
  return found == levels.end() ? nullptr : &*found;
}

}  // namespace

bool ActiveSpeaker::update(const std::vector<SpeakerLevel>& levels, Clock::time_point now) {
  std::erase_if(voices_, [&](const auto& voice) { return !find(levels, voice.first); });
  hear(levels, now);
  followTurn(find(levels, current_), now);
  ParticipantId next = current_;
  if (!find(levels, current_)) next = lastOfThoseHere();
  if (const SpeakerLevel* challenger = loudestOther(levels)) {
    if (yields(find(levels, current_), *challenger, now)) next = challenger->participant;
  }
  const bool changed = next != current_;
  if (changed) beginTurn(std::move(next), levels, now);
  followCandidate(levels, now);
  return changed;
}

void ActiveSpeaker::beginTurn(ParticipantId next, const std::vector<SpeakerLevel>& levels,
                              Clock::time_point now) {
  current_ = std::move(next);
  turnBegan_ = now;
  turnDb_ = kSilentDb;
  for (auto& [id, voice] : voices_) voice.louderSince.reset();
  if (find(levels, current_) && find(levels, current_)->speaking) voices_[current_].spoke = ++turns_;
}

// Remains while they go on, unless another is clearly louder; so that a large picture is not asked of
// everybody in turn.
void ActiveSpeaker::followCandidate(const std::vector<SpeakerLevel>& levels, Clock::time_point now) {
  const SpeakerLevel* held = find(levels, candidate_);
  if (!held || !held->speaking || candidate_ == current_) {
    held = nullptr;
    candidate_ = {};
  }
  const SpeakerLevel* const loudest = loudestOther(levels);
  const SpeakerLevel* const current = find(levels, current_);
  if (!loudest || !current) return;
  const bool rises = held ? loudest->levelDb >= held->levelDb + kLouderDb
                          : loudest->levelDb >= current->levelDb || ended(*current, now);
  if (rises) candidate_ = loudest->participant;
}

// Who speaks was heard last; of several the present speaker, whom the others talk over.
void ActiveSpeaker::hear(const std::vector<SpeakerLevel>& levels, Clock::time_point now) {
  const SpeakerLevel* const current = find(levels, current_);
  for (const SpeakerLevel& level : levels) {
    Voice& voice = voices_[level.participant];
    const bool louder = level.speaking && current && level.levelDb >= current->levelDb + kLouderDb;
    if (!louder) voice.louderSince.reset();
    if (louder && !voice.louderSince) voice.louderSince = now;
    if (level.speaking) voice.spoke = ++turns_;
  }
  if (current && current->speaking) voices_[current_].spoke = ++turns_;
}

const SpeakerLevel* ActiveSpeaker::loudestOther(const std::vector<SpeakerLevel>& levels) const {
  const SpeakerLevel* loudest = nullptr;
  for (const SpeakerLevel& level : levels) {
    if (!level.speaking || level.participant == current_) continue;
    if (!loudest || level.levelDb > loudest->levelDb) loudest = &level;
  }
  return loudest;
}

void ActiveSpeaker::followTurn(const SpeakerLevel* current, Clock::time_point now) {
  const std::chrono::duration<double> passed = now - std::exchange(heardAt_, now);
  turnDb_ = std::max(turnDb_ - kForgetDbPerSecond * passed.count(), kSilentDb);
  if (current && current->speaking) turnDb_ = std::max<double>(turnDb_, current->levelDb);
}

bool ActiveSpeaker::yields(const SpeakerLevel* current, const SpeakerLevel& to, Clock::time_point now) const {
  if (!current || !current->speaking) return true;
  const auto& louderSince = voices_.at(to.participant).louderSince;
  if (!louderSince) return false;
  return ended(*current, now) || now - *louderSince >= kLouderFor;
}

bool ActiveSpeaker::ended(const SpeakerLevel& current, Clock::time_point now) const {
  return now - turnBegan_ >= kTurn && current.levelDb <= turnDb_ - kEndedDb;
}

ParticipantId ActiveSpeaker::lastOfThoseHere() const {
  const auto last =
      std::ranges::max_element(voices_, {}, [](const auto& voice) { return voice.second.spoke; });
  return last == voices_.end() || last->second.spoke == 0 ? ParticipantId{} : last->first;
}

const ParticipantId& ActiveSpeaker::current() const {
  return current_;
}

const ParticipantId& ActiveSpeaker::candidate() const {
  return candidate_;
}

std::uint64_t ActiveSpeaker::lastSpoke(const ParticipantId& id) const {
  const auto voice = voices_.find(id);
  return voice == voices_.end() ? 0 : voice->second.spoke;
}

}  // namespace tessera
