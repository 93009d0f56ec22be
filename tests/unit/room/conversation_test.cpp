// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "pipelines/mix/voice_activity.h"
#include "room/active_speaker.h"
#include "speech.h"

// Who is taken for the speaker, from sound: voices that follow each other, the room's noise, coughs, clicks.

namespace tessera {
namespace {

using namespace mix::test;
using mix::kSampleRate;
using mix::kTickSamples;

constexpr double kVoiceDb = -26;
constexpr std::size_t kMostTicks = 15;  // 300 ms, from the beginning of speech to the change

struct Change {
  std::size_t tick;
  std::string to;
};

// As the room does: told every 200 ms, and when somebody begins or stops, but not more often than every 40
// ms.
std::vector<Change> listen(const std::vector<Samples>& microphones) {
  std::vector<mix::VoiceActivity> voices(microphones.size());
  std::vector<SpeakerLevel> levels(microphones.size()), told;
  ActiveSpeaker speaker;
  std::vector<Change> changes;
  std::size_t sinceTold = 0;
  for (std::size_t tick = 0; (tick + 1) * kTickSamples <= microphones[0].size(); ++tick) {
    for (std::size_t i = 0; i < voices.size(); ++i) {
      mix::AudioBlock block;
      std::copy_n(microphones[i].begin() + static_cast<std::ptrdiff_t>(tick * kTickSamples), kTickSamples,
                  block.begin());
      voices[i].update(block);
      levels[i] = {{std::string(1, static_cast<char>('a' + i))},
                   static_cast<int>(voices[i].levelDb()),
                   voices[i].speaking()};
    }
    const auto same = [](const SpeakerLevel& a, const SpeakerLevel& b) { return a.speaking == b.speaking; };
    ++sinceTold;
    if (sinceTold < 10 && (sinceTold < 2 || std::ranges::equal(levels, told, same))) continue;
    told = levels;
    sinceTold = 0;
    if (speaker.update(levels, ActiveSpeaker::Clock::time_point(tick * std::chrono::milliseconds(20)))) {
      changes.push_back({tick, speaker.current().value});
    }
  }
  return changes;
}

// Each microphone has a noise of its own; `turns` of them speak one after the other.
class Room {
 public:
  explicit Room(std::size_t count) : microphones_(count) {}
  void say(std::size_t who, const Samples& sound) {
    const std::size_t begin = microphones_[who].size();
    begins_.push_back(begin / kTickSamples);
    for (Samples& microphone : microphones_) microphone.resize(begin + sound.size());
    std::ranges::copy(sound, microphones_[who].begin() + static_cast<std::ptrdiff_t>(begin));
  }
  void pause(double length) {
    for (Samples& microphone : microphones_) microphone = join({microphone, silence(length)});
  }
  void disturb(std::size_t who, const Samples& sound, double atSecond) {
    Samples late = join({silence(atSecond), sound});
    late.resize(microphones_[who].size());
    microphones_[who] = mixed(microphones_[who], late);
  }
  std::vector<Change> changes(double snrDb) const {
    std::vector<Samples> heard;
    for (std::size_t i = 0; i < microphones_.size(); ++i) {
      heard.push_back(mixed(microphones_[i], noise(Colour::pink, kVoiceDb - snrDb, 3 * kSampleRate,
                                                   static_cast<unsigned>(i + 1))));
    }
    return listen(heard);
  }
  std::size_t began(std::size_t turn) const { return begins_[turn]; }

 private:
  std::vector<Samples> microphones_;
  std::vector<std::size_t> begins_;  // ticks
};

const char* const kSentences[] = {
    "Good morning everybody, let us begin with the first point of the agenda today.",
    "Many thanks, my report is nearly ready and will be sent on Friday.",
    "Allow me to add one more thing about the numbers of the last month."};
const char* const kVoices[] = {"en-us", "en-gb+f3", "en+m3"};

Samples sentence(std::size_t who) {
  Samples speech = espeak(kVoices[who], kSentences[who]);
  EXPECT_GT(speech.size(), 2U * kSampleRate) << "is espeak-ng installed?";
  return atLevel(std::move(speech), kVoiceDb);
}

class Conversation : public testing::TestWithParam<std::tuple<double, double>> {
};  // SNR, pause between turns

TEST_P(Conversation, FollowsEachTurnWithin300Ms) {
  const auto& [snr, pause] = GetParam();
  Room room(4);
  room.pause(2);
  for (std::size_t turn = 0; turn < 6; ++turn) {
    room.say(turn % 3, sentence(turn % 3));
    room.pause(pause);
  }
  const auto changes = room.changes(snr);
  ASSERT_EQ(changes.size(), 6U) << "one change each turn, none else";
  for (std::size_t turn = 0; turn < 6; ++turn) {
    EXPECT_EQ(changes[turn].to, std::string(1, static_cast<char>('a' + turn % 3)));
    EXPECT_GE(changes[turn].tick, room.began(turn));
    EXPECT_LE(changes[turn].tick, room.began(turn) + kMostTicks) << "turn " << turn;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Conversation,
                         testing::Combine(testing::Values(40.0, 20.0, 10.0), testing::Values(0.0, 0.2, 1.0)));

class Disturbed : public testing::TestWithParam<double> {};  // SNR

TEST_P(Disturbed, CoughsAndClicksMoveNobody) {
  Room room(4);
  room.pause(2);
  for (int i = 0; i < 5; ++i) room.say(0, sentence(0));
  const std::size_t began = room.began(0);
  room.pause(5);
  for (unsigned i = 0; i < 12; ++i) {
    room.disturb(1, cough(kVoiceDb + 6, i + 1), 3 + 2 * i);
    room.disturb(2, click(20000, i + 1), 3.7 + 2 * i);
  }
  const auto changes = room.changes(GetParam());
  ASSERT_EQ(changes.size(), 1U) << "to " << changes.back().to << " at tick " << changes.back().tick;
  EXPECT_EQ(changes[0].to, "a");
  EXPECT_LE(changes[0].tick, began + kMostTicks);
}

INSTANTIATE_TEST_SUITE_P(All, Disturbed, testing::Values(40.0, 20.0, 10.0));

}  // namespace
}  // namespace tessera
