// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/voice_activity.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>
#include <tuple>

#include "speech.h"

namespace tessera::mix {
namespace {

using namespace test;

constexpr double kSpeechDb = -26;
constexpr int kOnsetTicks = 15;     // 300 ms
constexpr int kSilentTicks = 50;    // 1 s
constexpr std::size_t kLead = 100;  // ticks of nothing but the room's noise, before

// What the detector said in each tick.
struct Verdict {
  std::vector<bool> speaking, heard;
  auto ticksSpeaking() const { return std::ranges::count(speaking, true); }
};

Verdict listen(VoiceActivity& voice, const Samples& samples) {
  Verdict out;
  AudioBlock block;
  for (std::size_t at = 0; at + kTickSamples <= samples.size(); at += kTickSamples) {
    std::copy_n(samples.begin() + static_cast<std::ptrdiff_t>(at), kTickSamples, block.begin());
    voice.update(block);
    out.speaking.push_back(voice.speaking());
    out.heard.push_back(voice.heard());
  }
  return out;
}

Verdict listen(const Samples& samples) {
  VoiceActivity voice;
  return listen(voice, samples);
}

int changes(const std::vector<bool>& states) {
  int count = 0;
  for (std::size_t i = 1; i < states.size(); ++i) count += states[i] != states[i - 1] ? 1 : 0;
  return count;
}

// "espeak-ng voice: words", or a file of alsa-utils; made once.
const Samples& spoken(const std::string& what) {
  static std::map<std::string, Samples> made;
  auto& samples = made[what];
  if (!samples.empty()) return samples;
  const auto colon = what.find(':');
  samples =
      colon == std::string::npos ? alsaWord(what) : espeak(what.substr(0, colon), what.substr(colon + 1));
  if (!samples.empty()) samples = atLevel(std::move(samples), kSpeechDb);
  return samples;
}

Samples withNoise(const Samples& speech, Colour colour, double snrDb) {
  return mixed(speech, noise(colour, kSpeechDb - snrDb, 3 * kSampleRate));
}

class Speech : public testing::TestWithParam<std::tuple<const char*, Colour, double>> {
 protected:
  // The room's noise alone, then speech at its level over it, then the noise alone.
  void SetUp() override {
    const auto& [what, colour, snr] = GetParam();
    speech_ = spoken(what);
    ASSERT_GT(speech_.size(), 20000U) << what << ": are espeak-ng and alsa-utils installed?";
    speech_.resize(speech_.size() / kTickSamples * kTickSamples);
    verdict_ = listen(withNoise(join({silence(2), speech_, silence(2)}), colour, snr));
    end_ = kLead + speech_.size() / kTickSamples;
  }

  Samples speech_;
  Verdict verdict_;
  std::size_t end_ = 0;  // the tick in which it ends
};

TEST_P(Speech, IsShownWithin300MillisecondsAndUntilASecondAfterIt) {
  const auto begin =
      static_cast<std::size_t>(std::ranges::find(verdict_.speaking, true) - verdict_.speaking.begin());
  EXPECT_GE(begin, kLead) << "not while there was only noise";
  EXPECT_LE(begin, kLead + kOnsetTicks - 1) << "the tick that ends 300 ms after it began";
  const auto last = std::find(verdict_.speaking.rbegin(), verdict_.speaking.rend(), true).base();
  const auto end = static_cast<std::size_t>(last - verdict_.speaking.begin());
  EXPECT_LE(end, end_ + kSilentTicks);
  EXPECT_LE(changes(verdict_.speaking), 4) << "one pause at most: it does not flicker";
}

// `heard` decides what is mixed. Of the first syllable nothing that counts may be cut off.
TEST_P(Speech, IsHeardFromItsOnset) {
  double all = 0, lost = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(kOnsetTicks) * kTickSamples; ++i) {
    const double energy = 1.0 * speech_[i] * speech_[i];
    all += energy;
    if (!verdict_.heard[kLead + i / kTickSamples]) lost += energy;
  }
  EXPECT_LE(lost, all * 0.01);
}

INSTANTIATE_TEST_SUITE_P(
    Spoken, Speech,
    testing::Combine(testing::Values("en-us:The quick brown fox jumps over the lazy dog.",
                                     "en-gb+f3:She sells sea shells by the sea shore.",
                                     "de+m3:Stellen Sie bitte das Mikrofon an.",
                                     "fr+f2:Bonjour tout le monde.", "Front_Center", "Front_Left",
                                     "Rear_Right", "Side_Left"),
                     testing::Values(Colour::white, Colour::pink), testing::Values(20.0, 10.0)));

class Disturbance : public testing::TestWithParam<Colour> {};

TEST_P(Disturbance, NoiseAloneIsNotSpeech) {
  for (const double level : {-60.0, -46.0, -36.0, -20.0}) {
    const Verdict verdict = listen(noise(GetParam(), level, 20 * kSampleRate));
    EXPECT_EQ(verdict.ticksSpeaking(), 0) << level << " dBov";
  }
}

// A hundred different ones, of which none may be taken for speech.
TEST_P(Disturbance, ACoughIsNotSpeech) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    const Samples sound = mixed(join({silence(0.5), cough(-20, seed), silence(0.5)}),
                                noise(GetParam(), -56, kSampleRate, seed));
    const Verdict verdict = listen(sound);
    EXPECT_EQ(verdict.ticksSpeaking(), 0) << "cough " << seed;
    EXPECT_GT(std::ranges::count(verdict.heard, true), 5) << "but it is heard";
  }
}

TEST_P(Disturbance, ClicksAreNotSpeech) {
  Samples typing;
  for (unsigned seed = 0; seed < 60; ++seed)
    typing = join({typing, click(16000, seed), silence(0.04 + 0.003 * seed)});
  EXPECT_GT(*std::ranges::max_element(typing), 3000);
  EXPECT_EQ(listen(mixed(typing, noise(GetParam(), -56, kSampleRate))).ticksSpeaking(), 0);
}

INSTANTIATE_TEST_SUITE_P(Over, Disturbance, testing::Values(Colour::white, Colour::pink));

TEST(VoiceActivity, TheNoiseOfAlsaUtilsIsNotSpeech) {
  const Samples recorded = alsaWord("Noise");
  ASSERT_FALSE(recorded.empty());
  EXPECT_EQ(listen(recorded).ticksSpeaking(), 0);
}

TEST(VoiceActivity, SilenceIsNothing) {
  VoiceActivity voice;
  EXPECT_EQ(listen(voice, silence(2)).ticksSpeaking(), 0);
  voice.updateSilence();
  EXPECT_FALSE(voice.heard());
  EXPECT_FLOAT_EQ(voice.levelDb(), kSilenceDb);
}

TEST(VoiceActivity, AQuietVoiceIsSpeechAndAFanIsLearned) {
  const Samples quiet = atLevel(spoken("Rear_Right"), -48);
  EXPECT_GT(listen(join({silence(1), quiet})).ticksSpeaking(), 20);
  const Verdict fan = listen(noise(Colour::pink, -52, 20 * kSampleRate));
  EXPECT_FALSE(fan.heard.back()) << "contributes nothing";
}

// Music is heard, however long it sounds.
TEST(VoiceActivity, ASteadyToneIsNotTakenForNoise) {
  const Verdict verdict = listen(tone(440, 1500, 100 * kSampleRate));
  EXPECT_TRUE(verdict.speaking.back());
  EXPECT_TRUE(verdict.heard.back());
}

}  // namespace
}  // namespace tessera::mix
