// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/voice_activity.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace tessera::mix {
namespace {

void feed(VoiceActivity& voice, float db, int ticks) {
  for (int i = 0; i < ticks; ++i) voice.update(db);
}

TEST(VoiceActivity, SilenceIsNothing) {
  VoiceActivity voice;
  feed(voice, kSilenceDb, 100);
  EXPECT_FALSE(voice.heard());
  EXPECT_FALSE(voice.speaking());
  EXPECT_FLOAT_EQ(voice.levelDb(), kSilenceDb);
}

TEST(VoiceActivity, SpeechIsHeardAtOnceAndShownAfterThreeTicks) {
  VoiceActivity voice;
  feed(voice, -70, 100);
  voice.update(-25);
  EXPECT_TRUE(voice.heard());
  EXPECT_FALSE(voice.speaking());
  feed(voice, -25, 2);
  EXPECT_TRUE(voice.speaking());
}

TEST(VoiceActivity, AClickIsNotSpeech) {
  VoiceActivity voice;
  for (int i = 0; i < 50; ++i) {
    feed(voice, -20, 2);
    feed(voice, -75, 6);
    EXPECT_FALSE(voice.speaking());
  }
}

TEST(VoiceActivity, PausesBetweenWordsDoNotFlicker) {
  VoiceActivity voice;
  feed(voice, -25, 10);
  for (int word = 0; word < 20; ++word) {
    for (int i = 0; i < 15; ++i) {  // 300 ms
      voice.update(-72);
      EXPECT_TRUE(voice.speaking());
      EXPECT_TRUE(voice.heard());
    }
    feed(voice, -25, 8);
  }
  feed(voice, -72, 30);  // 600 ms
  EXPECT_FALSE(voice.speaking());
  EXPECT_FALSE(voice.heard());
}

TEST(VoiceActivity, LearnsSteadyNoiseButNotASteadyTone) {
  VoiceActivity fan;
  feed(fan, -52, 1000);  // 20 s
  EXPECT_FALSE(fan.speaking());
  EXPECT_FALSE(fan.heard());
  feed(fan, -30, 5);
  EXPECT_TRUE(fan.speaking());

  VoiceActivity music;
  feed(music, -30, 5000);
  EXPECT_TRUE(music.speaking());
  EXPECT_TRUE(music.heard());
}

}  // namespace
}  // namespace tessera::mix
