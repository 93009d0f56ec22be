// SPDX-License-Identifier: Apache-2.0
// What the mix sounds like as a product: two channels, a shared screen's sound, levels, chimes, pauses.
#include <gtest/gtest.h>

#include <algorithm>

#include "pipelines/mix/audio_mixer.h"
#include "speech.h"

namespace tessera::mix {
namespace {

using namespace std::chrono_literals;
using namespace test;

class MixSoundTest : public testing::Test {
 protected:
  void start(const AudioMixerSettings& settings) { mixer_ = AudioMixer::create(settings); }
  std::shared_ptr<AudioSlot> add(const AudioSlot* companion = nullptr) {
    return mixer_->addSlot(PlayoutDelay::create(), companion);
  }
  // 20 ms of `all` at the place of this tick, interleaved already; nothing beyond its end.
  static void send(AudioSlot& slot, const Samples& all, int tick, Nanos now, std::size_t channels = 1) {
    const auto first = static_cast<std::size_t>(tick) * kTickSamples * channels;
    if (first + kTickSamples * channels > all.size()) return;
    slot.push({all.data() + first, kTickSamples * channels}, now - 15ms, now - 12ms);
  }
  const AudioTick& tick() { return mixer_->tick(now_ += kAudioTick); }
  static const AudioBlock* personalOf(const AudioTick& tick, const std::shared_ptr<AudioSlot>& slot) {
    const auto at = std::ranges::find(tick.personal, slot.get(), &AudioTick::Personal::slot);
    return at == tick.personal.end() ? nullptr : &at->mix;
  }

  Nanos now_ = 900s;
  std::unique_ptr<AudioMixer> mixer_;
};

Samples interleaved(const Samples& left, const Samples& right) {
  Samples out;
  for (std::size_t i = 0; i < left.size(); ++i) {
    out.push_back(left[i]);
    out.push_back(right[i]);
  }
  return out;
}

Samples channelOf(const Samples& samples, std::size_t channel) {
  Samples out;
  for (std::size_t i = channel; i < samples.size(); i += 2) out.push_back(samples[i]);
  return out;
}

TEST_F(MixSoundTest, StereoStaysStereo) {
  start({6, 2, false});
  const auto ann = add(), bob = add();
  const Samples annSound = interleaved(tone(400, 6000, 2 * kSampleRate), tone(700, 6000, 2 * kSampleRate));
  const Samples bobSound = interleaved(tone(900, 6000, 2 * kSampleRate), tone(1100, 6000, 2 * kSampleRate));
  Samples common, forAnn;
  for (int t = 0; t < 100; ++t) {
    send(*ann, annSound, t, now_ + kAudioTick, 2);
    send(*bob, bobSound, t, now_ + kAudioTick, 2);
    const AudioTick& result = tick();
    ASSERT_EQ(result.common.channels(), 2);
    if (t < 20) continue;
    ASSERT_NE(personalOf(result, ann), nullptr);
    append(common, result.common);
    append(forAnn, *personalOf(result, ann));
  }
  const double full = toneDb(tone(400, 6000, kSampleRate), 400);
  const Samples left = channelOf(common, 0), right = channelOf(common, 1);
  EXPECT_NEAR(toneDb(left, 400), full, 0.3);
  EXPECT_NEAR(toneDb(left, 900), full, 0.3);
  EXPECT_LT(toneDb(left, 700), full - 60);
  EXPECT_NEAR(toneDb(right, 700), full, 0.3);
  EXPECT_NEAR(toneDb(right, 1100), full, 0.3);
  EXPECT_LT(toneDb(right, 400), full - 60);
  EXPECT_NEAR(toneDb(channelOf(forAnn, 0), 900), full, 0.3);
  EXPECT_LT(toneDb(channelOf(forAnn, 0), 400), full - 60);
}

// One channel far too loud: both are brought down alike, so that the picture of the sound does not wander.
TEST_F(MixSoundTest, TheLimiterLinksTheChannels) {
  start({6, 2, false});
  const auto ann = add(), bob = add(), cat = add();
  const Samples loud = interleaved(tone(300, 20000, kSampleRate), tone(500, 2000, kSampleRate));
  Samples common;
  for (int t = 0; t < 50; ++t) {
    for (const auto& slot : {ann, bob, cat}) send(*slot, loud, t, now_ + kAudioTick, 2);
    const AudioTick& result = tick();
    if (t >= 25) append(common, result.common);
  }
  const double left = toneDb(channelOf(common, 0), 300), right = toneDb(channelOf(common, 1), 500);
  EXPECT_NEAR(left - right, 20, 0.3);
  EXPECT_LT(left, -2);
}

class CompanionTest : public MixSoundTest {
 protected:
  void SetUp() override {
    start({6, 1, false});
    main_ = add();
    screen_ = add(main_.get());
    other_ = add();
  }
  // Who makes their sound during 60 ticks; gives what the participant with the two slots hears in the second
  // half.
  Samples run(bool mainTalks, bool screenSounds, bool otherTalks) {
    const Samples main = tone(400, 4000, 2 * kSampleRate), screen = tone(700, 4000, 2 * kSampleRate),
                  other = tone(1000, 4000, 2 * kSampleRate);
    Samples heard;
    for (int t = 0; t < 60; ++t) {
      if (mainTalks) send(*main_, main, t, now_ + kAudioTick);
      if (screenSounds) send(*screen_, screen, t, now_ + kAudioTick);
      if (otherTalks) send(*other_, other, t, now_ + kAudioTick);
      const AudioTick& result = tick();
      EXPECT_EQ(personalOf(result, screen_), nullptr) << "keyed by the main slot only";
      EXPECT_LE(std::ranges::count(result.personal, main_.get(), &AudioTick::Personal::slot), 1);
      if (t < 30) continue;
      const AudioBlock* own = personalOf(result, main_);
      EXPECT_EQ(own != nullptr, mainTalks || screenSounds);
      append(heard, own ? *own : result.common);
      append(common_, result.common);
    }
    return heard;
  }

  static constexpr double kFull = -21;  // dBov of one of the tones
  std::shared_ptr<AudioSlot> main_, screen_, other_;
  Samples common_;
};

TEST_F(CompanionTest, OneDoesNotHearOnesOwnScreenOrVoice) {
  const Samples heard = run(true, true, true);
  EXPECT_LT(toneDb(heard, 400), kFull - 50);
  EXPECT_LT(toneDb(heard, 700), kFull - 50);
  EXPECT_NEAR(toneDb(heard, 1000), kFull, 1);
  EXPECT_NEAR(toneDb(common_, 400), kFull, 1);
  EXPECT_NEAR(toneDb(common_, 700), kFull, 1) << "but everybody else does";
}

TEST_F(CompanionTest, AlsoWhenOnlyTheScreenIsHeard) {
  const Samples heard = run(false, true, true);
  EXPECT_LT(toneDb(heard, 700), kFull - 50);
  EXPECT_NEAR(toneDb(heard, 1000), kFull, 1);
  EXPECT_NEAR(toneDb(common_, 700), kFull, 1);
}

TEST_F(CompanionTest, TheScreenGoesAlone) {
  run(true, true, false);
  mixer_->removeSlot(screen_);
  const std::weak_ptr<AudioSlot> gone = screen_;
  screen_.reset();
  for (int t = 0; t < 5; ++t) tick();
  EXPECT_TRUE(gone.expired());
}

// The main connection is made anew while the screen goes on.
TEST_F(CompanionTest, FollowsItsParticipantToANewConnection) {
  run(false, true, true);
  mixer_->removeSlot(main_);
  main_ = add();
  mixer_->setCompanion(screen_, main_.get());
  const Samples heard = run(false, true, true);
  EXPECT_LT(toneDb(heard, 700), kFull - 50);
}

TEST_F(CompanionTest, ItsSeatCountsAsATalker) {
  start({2, 1, false});
  main_ = add();
  screen_ = add(main_.get());
  other_ = add();
  const Samples sound = tone(500, 4000, kSampleRate);
  for (int t = 0; t < 50; ++t) {
    for (const auto& slot : {main_, screen_, other_}) send(*slot, sound, t, now_ + kAudioTick);
    const AudioTick& result = tick();
    EXPECT_LE(std::ranges::count(result.levels, true, &AudioLevel::talker), 2);
    EXPECT_LE(result.personal.size(), 2U);
  }
}

// A quiet and a loud speaker take turns, 24 dB apart. After a few seconds each, at most 6 dB are left in the
// mix; without levelling it stays 24.
TEST_F(MixSoundTest, LevellingBringsSpeakersTogether) {
  const Samples sentence = espeak("en-us", "The quick brown fox jumps over the lazy dog. So it does.");
  ASSERT_GT(sentence.size(), 2U * kSampleRate) << "is espeak-ng installed?";
  for (const bool levelling : {true, false}) {
    start({6, 1, levelling});
    const auto quiet = add(), loud = add();
    const Samples quietly = atLevel(sentence, -44), loudly = atLevel(sentence, -20);
    double quietDb = 0, loudDb = 0;
    for (int turn = 0; turn < 6; ++turn) {
      Samples common;
      const auto ticks = static_cast<int>(sentence.size() / kTickSamples);
      for (int t = 0; t < ticks; ++t) {
        if (turn % 2 == 0) send(*quiet, quietly, t, now_ + kAudioTick);
        if (turn % 2 == 1) send(*loud, loudly, t, now_ + kAudioTick);
        append(common, tick().common);
      }
      for (int t = 0; t < 30; ++t) tick();
      (turn % 2 == 0 ? quietDb : loudDb) = rmsDb(common);
    }
    if (levelling) {
      EXPECT_LE(std::abs(loudDb - quietDb), 6);
    } else {
      EXPECT_NEAR(loudDb - quietDb, 24, 1);
    }
  }
}

// The notes of each half of a chime: a fifth up, or down.
TEST_F(MixSoundTest, ChimesAreSoftShortAndForEverybody) {
  for (const Chime chime : {Chime::entry, Chime::exit}) {
    start({6, 1, false});
    const auto ann = add();
    const Samples talk = tone(3000, 2000, 2 * kSampleRate);
    Samples common, own;
    mixer_->play(chime);
    for (int t = 0; t < 40; ++t) {
      send(*ann, talk, t, now_ + kAudioTick);
      const AudioTick& result = tick();
      append(common, result.common);
      append(own, personalOf(result, ann) ? *personalOf(result, ann) : result.common);
    }
    const std::span<const std::int16_t> heard(own);
    EXPECT_NEAR(rmsDb(heard.first(kSampleRate * 3 / 10)), -26, 3);
    EXPECT_LT(rmsDb(heard.subspan(kSampleRate * 32 / 100)), -90) << "300 ms";
    EXPECT_LT(roughest(heard), 60) << "no click";
    const auto first = heard.first(kSampleRate / 10),
               second = heard.subspan(kSampleRate * 15 / 100, kSampleRate / 10);
    const bool rises =
        toneDb(first, 523.25) > toneDb(first, 784) + 10 && toneDb(second, 784) > toneDb(second, 523.25) + 3;
    const bool falls =
        toneDb(first, 784) > toneDb(first, 523.25) + 10 && toneDb(second, 523.25) > toneDb(second, 784) + 3;
    EXPECT_EQ(rises, chime == Chime::entry);
    EXPECT_EQ(falls, chime == Chime::exit);
    EXPECT_GT(toneDb({common.data(), kSampleRate / 10}, chime == Chime::entry ? 523.25 : 784), -35)
        << "in the common mix as well";
  }
}

TEST_F(MixSoundTest, ManyChimesAtOnceAreOne) {
  start({6, 1, false});
  for (int i = 0; i < 50; ++i) mixer_->play(Chime::entry);
  int sounding = 0;
  for (int t = 0; t < 200; ++t) sounding += rmsDb({tick().common.data(), kTickSamples}) > -80 ? 1 : 0;
  EXPECT_EQ(sounding, 15);
}

// Somebody silent is not decoded, so that nothing is pushed; then they speak. The first syllable is in the
// mix in full and in its time, and nothing counts as missing.
TEST_F(MixSoundTest, TheFirstSyllableAfterAPauseIsWhole) {
  start({6, 1, false});
  const auto ann = add();
  const Samples word = atLevel(alsaWord("Rear_Right"), -26);
  ASSERT_GT(word.size(), 20000U) << "is alsa-utils installed?";
  const auto before = tone(300, 1000, kSampleRate);
  for (int t = 0; t < 50; ++t) {
    send(*ann, before, t, now_ + kAudioTick);
    tick();
  }
  for (int t = 0; t < 500; ++t) {  // 10 s
    ann->push({}, now_ + kAudioTick - 15ms, now_ + kAudioTick - 12ms);
    const bool talks = !tick().personal.empty();
    EXPECT_FALSE(talks && t > 30);
  }
  Samples heard;
  for (int t = 0; t < 40; ++t) {
    send(*ann, word, t, now_ + kAudioTick);
    append(heard, tick().common);
  }
  EXPECT_EQ(mixer_->stats().missingSamples, 0U);
  EXPECT_EQ(mixer_->stats().lateSamples, 0U);
  // D is what the packets' lateness was, in steps of 2 ms; their end is 15 ms before the tick, less 20.
  std::size_t best = 0;
  double least = 1e300;
  const std::size_t fade = kSampleRate / 200, length = kSampleRate / 2;
  for (std::size_t lag = 0; lag < 4000; ++lag) {
    double difference = 0;
    for (std::size_t i = fade; i < length; i += 7) difference += std::pow(1.0 * heard[lag + i] - word[i], 2);
    if (difference < least) {
      least = difference;
      best = lag;
    }
  }
  EXPECT_EQ(least, 0) << "sample by sample";
  EXPECT_LT(best, 2U * kTickSamples) << "samples after the tick before which it arrived";
}

}  // namespace
}  // namespace tessera::mix
