// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/leveller.h"

#include <gtest/gtest.h>

#include <utility>

#include "pipelines/mix/voice_activity.h"
#include "speech.h"

namespace tessera::mix {
namespace {

using namespace test;

constexpr double kQuietDb = -44, kLoudDb = -20;  // 24 dB apart, RMS of their speech

// Some ten seconds of speech with pauses between the sentences.
Samples sentences(const std::string& voice, double levelDb) {
  const Samples one = espeak(voice, "The quick brown fox jumps over the lazy dog.");
  const Samples other = espeak(voice, "Please speak a little louder, we can hardly hear you.");
  if (one.empty() || other.empty()) return {};
  const Samples pause = silence(0.6);
  return atLevel(join({one, pause, other, pause, one, pause, other}), levelDb);
}

// One speaker's way into the mix.
class Speaker {
 public:
  // Gives what is added to the sum.
  Samples say(const Samples& samples) {
    Samples out;
    AudioBlock in;
    SumBlock levelled;
    for (std::size_t at = 0; at + kTickSamples <= samples.size(); at += kTickSamples) {
      std::copy_n(samples.begin() + static_cast<std::ptrdiff_t>(at), kTickSamples, in.begin());
      voice_.update(in);
      leveller_.update(voice_.speaking() && voice_.voicedNow(), voice_.blockDb());
      leveller_.apply(in, levelled);
      for (const std::int32_t sample : levelled)
        out.push_back(static_cast<std::int16_t>(std::clamp(sample, -32768, 32767)));
      gains_.push_back(leveller_.gainDb());
    }
    return out;
  }
  float gainDb() const { return leveller_.gainDb(); }
  std::vector<float> takeGains() { return std::exchange(gains_, {}); }

 private:
  VoiceActivity voice_;
  Leveller leveller_;
  std::vector<float> gains_;
};

class LevellerTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    ASSERT_GT(sentences(GetParam(), kLoudDb).size(), 5U * kSampleRate) << "is espeak-ng installed?";
  }
};

TEST_P(LevellerTest, AQuietAndALoudSpeakerAreAtMost6DecibelsApart) {
  Speaker quiet, loud;
  quiet.say(sentences(GetParam(), kQuietDb));
  loud.say(sentences(GetParam(), kLoudDb));
  const double quietDb = rmsDb(quiet.say(sentences(GetParam(), kQuietDb)));
  const double loudDb = rmsDb(loud.say(sentences(GetParam(), kLoudDb)));
  EXPECT_LE(std::abs(loudDb - quietDb), 6);
  EXPECT_GT(quietDb, kQuietDb + 10);
  EXPECT_LT(loudDb, kLoudDb - 3);
}

// Within 20 dB of noise as well, and whichever it is.
TEST_P(LevellerTest, AlsoOverNoise) {
  Speaker quiet, loud;
  for (int round = 0; round < 2; ++round) {
    const auto noisy = [](double db) {
      return mixed(sentences(GetParam(), db), noise(Colour::pink, db - 20, 2 * kSampleRate));
    };
    const double quietDb = rmsDb(quiet.say(noisy(kQuietDb)));
    const double loudDb = rmsDb(loud.say(noisy(kLoudDb)));
    if (round == 1) {
      EXPECT_LE(std::abs(loudDb - quietDb), 6);
    }
  }
}

TEST_P(LevellerTest, DoesNotPump) {
  Speaker speaker;
  speaker.say(sentences(GetParam(), kQuietDb));
  speaker.takeGains();
  speaker.say(sentences(GetParam(), kQuietDb));
  const auto gains = speaker.takeGains();
  const auto [least, most] = std::ranges::minmax(gains);
  EXPECT_LE(most - least, 1.5F) << "dB, once it knows the speaker";
}

// A minute of a fan, of coughs and of nothing at all: the gain stays, and the next word comes at its level.
TEST_P(LevellerTest, IsKeptOverPausesWhateverTheNoise) {
  Speaker speaker;
  speaker.say(sentences(GetParam(), kQuietDb));
  speaker.say(silence(1));
  const float before = speaker.gainDb();
  speaker.say(silence(20));
  speaker.say(noise(Colour::pink, -44, 20 * kSampleRate));
  for (unsigned seed = 0; seed < 20; ++seed) speaker.say(join({cough(-24, seed), silence(0.5)}));
  EXPECT_FLOAT_EQ(speaker.gainDb(), before);
}

TEST_P(LevellerTest, ChangesSmoothlyFromNoGain) {
  Speaker speaker;
  EXPECT_FLOAT_EQ(speaker.gainDb(), 0);
  speaker.say(sentences(GetParam(), kQuietDb));
  const auto gains = speaker.takeGains();
  for (std::size_t i = 1; i < gains.size(); ++i) EXPECT_LE(std::abs(gains[i] - gains[i - 1]), 0.26F);
}

INSTANTIATE_TEST_SUITE_P(Voices, LevellerTest, testing::Values("en-us", "en-gb+f3"));

TEST(Leveller, HasLimits) {
  Leveller faint, shouting;
  for (int i = 0; i < 2000; ++i) {
    faint.update(true, -70);
    shouting.update(true, -1);
  }
  EXPECT_FLOAT_EQ(faint.gainDb(), 18);
  EXPECT_FLOAT_EQ(shouting.gainDb(), -12);
}

// The gain goes on from one block to the next without a step, in both channels alike.
TEST(Leveller, RampsWithinABlock) {
  Leveller leveller;
  AudioBlock in(2);
  std::ranges::fill(in, std::int16_t{10000});
  SumBlock out(2);
  std::int32_t last = 10000;
  for (int i = 0; i < 100; ++i) {
    leveller.update(true, -10);
    leveller.apply(in, out);
    for (std::size_t at = 0; at < out.size(); at += 2) {
      EXPECT_EQ(out[at], out[at + 1]);
      EXPECT_LE(std::abs(out[at] - last), 2);
      last = out[at];
    }
  }
  EXPECT_LT(last, 3000);
}

}  // namespace
}  // namespace tessera::mix
