// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/audio_mixer.h"

#include <gtest/gtest.h>

#include <map>

#include "tones.h"

namespace tessera::mix {
namespace {

using namespace std::chrono_literals;
using namespace test;

constexpr int kMaxTalkers = 6;

// People who send tones in 20 ms packets that arrive 3 ms after their capture, and a mixer ticked in between.
class AudioMixerTest : public testing::Test {
 protected:
  struct Person {
    double hertz = 0, amplitude = 0;
    std::shared_ptr<AudioSlot> slot;
    Samples common, personal;  // while not a talker, and while one
    std::vector<bool> talker, speaking;
  };

  Person& join(double hertz, double amplitude = 3000) {
    people_.push_back(
        std::make_unique<Person>(Person{hertz, amplitude, mixer_->addSlot(PlayoutDelay::create())}));
    return *people_.back();
  }

  // What everybody hears during `ticks`, by person.
  std::map<const Person*, Samples> run(int ticks) {
    std::map<const Person*, Samples> heard;
    for (int i = 0; i < ticks; ++i) {
      now_ += kAudioTick;
      const auto first = static_cast<std::size_t>(now_ / kAudioTick) * kTickSamples;
      for (const auto& person : people_) {
        if (person->amplitude == 0) continue;
        const Nanos captured = now_ - 15ms;
        person->slot->push(tone(person->hertz, person->amplitude, kTickSamples, first), captured,
                           captured + 3ms);
      }
      const AudioTick& result = mixer_->tick(now_);
      EXPECT_EQ(result.time, now_);
      EXPECT_LE(result.personal.size(), static_cast<std::size_t>(kMaxTalkers));
      append(common_, result.common);
      for (const auto& track : result.tracks) append(tracks_[track.slot], track.sound);
      for (const auto& person : people_) append(heard[person.get()], mixFor(result, *person));
    }
    return heard;
  }

  const AudioBlock& mixFor(const AudioTick& result, Person& person) {
    bool talker = false;
    for (const AudioLevel& level : result.levels) {
      if (level.slot != person.slot.get()) continue;
      talker = level.talker;
      person.speaking.push_back(level.speaking);
    }
    person.talker.push_back(talker);
    const AudioBlock* mix = &result.common;
    int personals = 0;
    for (const auto& personal : result.personal) {
      if (personal.slot != person.slot.get()) continue;
      mix = &personal.mix;
      ++personals;
    }
    EXPECT_EQ(personals, talker ? 1 : 0) << "exactly the talkers have a mix of their own";
    return *mix;
  }

  Nanos now_ = 900s;
  std::unique_ptr<AudioMixer> mixer_ = AudioMixer::create({kMaxTalkers, 1, false});
  std::vector<std::unique_ptr<Person>> people_;
  Samples common_;
  std::map<const AudioSlot*, Samples> tracks_;
};

TEST_F(AudioMixerTest, NobodyTalksDigitalSilence) {
  join(400, 0);
  join(500, 0);
  const auto heard = run(50);
  EXPECT_EQ(common_, Samples(50 * kTickSamples, 0));
  EXPECT_EQ(mixer_->ticks(), 50U);
}

// Everybody hears exactly the others: their tones at full level, the own one at least 40 dB below.
TEST_F(AudioMixerTest, EveryoneHearsTheOthersAndNotThemselves) {
  for (const double hertz : {300.0, 437.0, 610.0, 823.0}) join(hertz);
  join(1000, 0);  // a listener
  run(10);
  const auto heard = run(100);
  const double full = toneDb(tone(300, 3000, 100 * kTickSamples), 300);
  for (const auto& [listener, samples] : heard) {
    for (const auto& other : people_) {
      if (other->amplitude == 0) continue;
      const double level = toneDb(samples, other->hertz);
      if (other.get() == listener) {
        EXPECT_LE(level, full - 60) << other->hertz << " hears itself";
      } else {
        EXPECT_NEAR(level, full, 0.5) << other->hertz << " as heard by " << listener->hertz;
        EXPECT_LE(toneDb(samples, other->hertz + 25), full - 40);
        EXPECT_LE(toneDb(samples, other->hertz - 25), full - 40);
      }
    }
  }
}

// Six people as loud as can be: nothing clips, and the limiter lets nobody hear themselves.
TEST_F(AudioMixerTest, TheLimiterKeepsTheMixMinusClean) {
  for (const double hertz : {300.0, 437.0, 610.0, 823.0, 1009.0, 1303.0}) join(hertz, 30000);
  run(20);
  const auto heard = run(100);
  for (const auto& [listener, samples] : heard) {
    double others = 0;
    for (const auto& other : people_) {
      if (other.get() != listener) others = std::min(others, toneDb(samples, other->hertz));
    }
    EXPECT_GE(others, -25);
    EXPECT_LE(toneDb(samples, listener->hertz), others - 40) << listener->hertz;
    const auto clipped = std::ranges::count_if(samples, [](int sample) { return std::abs(sample) > 32700; });
    EXPECT_LE(clipped, 10) << "of 96000 samples";
  }
}

TEST_F(AudioMixerTest, EntersTheSumAndGetsThePersonalMixInTheSameTick) {
  Person& ann = join(440);
  Person& bob = join(700, 0);
  run(30);
  ann.amplitude = 0;
  run(60);
  ASSERT_FALSE(ann.talker.back());
  common_.clear();
  ann.talker.clear();
  ann.amplitude = 3000;
  const auto heard = run(5);
  const auto entered = static_cast<std::size_t>(std::ranges::find(ann.talker, true) - ann.talker.begin());
  EXPECT_LE(entered, 2U) << "no onset is lost";
  EXPECT_LT(rmsDb(heard.at(&ann)), -90) << "not a single tick of oneself";
  EXPECT_GT(rmsDb({heard.at(&bob).data() + 3 * kTickSamples, kTickSamples}), -25);
}

// Seven talk, six are heard, and who is heard does not change from tick to tick.
TEST_F(AudioMixerTest, AtMostMaxTalkersAndNobodyFlaps) {
  for (int i = 0; i < 8; ++i) join(300 + 101 * i, 3000);
  run(20);
  for (const auto& person : people_) person->talker.clear();
  run(200);
  int talkers = 0;
  for (const auto& person : people_) {
    const auto ticks = std::ranges::count(person->talker, true);
    EXPECT_TRUE(ticks == 0 || ticks == 200) << person->hertz << ": " << ticks;
    if (ticks == 200) ++talkers;
  }
  EXPECT_EQ(talkers, kMaxTalkers);
}

TEST_F(AudioMixerTest, MutingAndLeavingAreRamped) {
  Person& ann = join(440);
  join(700, 0);
  run(30);
  common_.clear();
  run(1);
  ann.slot->setMuted(true);
  run(30);
  const double turn = 2 * std::numbers::pi * 440 / kSampleRate;
  const double smooth = 3000 * turn * turn + 3000.0 / 240 * turn * 3 + 4;  // the tone, and its ramp
  EXPECT_LE(roughest(common_), smooth * 2);
  EXPECT_LT(rmsDb({common_.data() + 3 * kTickSamples, kTickSamples}), -100);
  EXPECT_FALSE(ann.speaking.back());

  ann.slot->setMuted(false);
  run(30);
  common_.clear();
  run(1);
  mixer_->removeSlot(ann.slot);
  const Person* gone = &ann;
  run(5);
  EXPECT_LE(roughest(common_), smooth * 2);
  EXPECT_LT(rmsDb({common_.data() + 3 * kTickSamples, kTickSamples}), -100);
  EXPECT_FALSE(gone->talker.back());
  const std::weak_ptr<AudioSlot> slot = ann.slot;
  people_.erase(people_.begin());
  run(2);
  EXPECT_TRUE(slot.expired()) << "the mixer keeps nothing of it";
}

TEST_F(AudioMixerTest, LevelsAndSpeaking) {
  Person& ann = join(440, 0);
  Person& bob = join(700, 8000);
  run(100);
  EXPECT_FALSE(ann.speaking.back());
  EXPECT_TRUE(bob.speaking.back());
  const AudioTick& last = mixer_->tick(now_ += kAudioTick);
  ASSERT_EQ(last.levels.size(), 2U);
  EXPECT_FLOAT_EQ(last.levels[0].levelDb, -127);
  bob.amplitude = 0;
  run(60);
  EXPECT_FALSE(bob.speaking.back());
}

// A stalled sender is silence after its delay; nobody else hears a glitch.
TEST_F(AudioMixerTest, AStalledSenderDisturbsNobody) {
  Person& ann = join(440);
  Person& bob = join(700);
  Person& listener = join(900, 0);
  run(30);
  ann.amplitude = 0;
  run(20);
  const auto heard = run(100);
  const double full = toneDb(tone(700, 3000, 100 * kTickSamples), 700);
  EXPECT_NEAR(toneDb(heard.at(&listener), bob.hertz), full, 0.3);
  EXPECT_NEAR(toneDb(heard.at(&ann), bob.hertz), full, 0.3);
  EXPECT_LT(rmsDb(heard.at(&bob)), -90);
  const double turn = 2 * std::numbers::pi * 700 / kSampleRate;
  EXPECT_LE(roughest(heard.at(&listener)), 3000 * turn * turn * 1.3 + 4);
}

// Each as they came, also who is not in the sum; nothing of who is muted or silent.
TEST_F(AudioMixerTest, TracksAreOfEachAloneAndOnlyWhenWanted) {
  std::vector<Person*> all;
  for (const double hertz : {300.0, 437.0, 610.0, 823.0, 1000.0, 1210.0, 1450.0}) all.push_back(&join(hertz));
  Person& silent = join(1700, 0);
  Person& muted = join(1900);
  muted.slot->setMuted(true);
  run(20);
  EXPECT_TRUE(tracks_.empty());

  mixer_->setTracks(true);
  run(50);
  for (const Person* person : all) {
    const Samples& track = tracks_[person->slot.get()];
    ASSERT_EQ(track.size(), 50U * kTickSamples) << person->hertz;
    const double full = toneDb(tone(person->hertz, 3000, track.size()), person->hertz);
    EXPECT_NEAR(toneDb(track, person->hertz), full, 0.3);
    for (const Person* other : all) {
      if (other != person) {
        EXPECT_LT(toneDb(track, other->hertz), full - 60);
      }
    }
  }
  EXPECT_FALSE(tracks_.contains(silent.slot.get()));
  EXPECT_FALSE(tracks_.contains(muted.slot.get()));

  mixer_->setTracks(false);
  tracks_.clear();
  run(5);
  EXPECT_TRUE(tracks_.empty());
}

TEST_F(AudioMixerTest, SlotsMayOutliveTheMixer) {
  Person& ann = join(440);
  run(3);
  mixer_.reset();
  ann.slot->push(tone(440, 3000, kTickSamples), now_, now_);
  ann.slot->setMuted(true);
}

}  // namespace
}  // namespace tessera::mix
