// SPDX-License-Identifier: Apache-2.0
#include "room/active_speaker.h"

#include <gtest/gtest.h>

#include <string>

namespace tessera {
namespace {

using std::chrono::milliseconds;

class ActiveSpeakerTest : public testing::Test {
 protected:
  ActiveSpeaker speaker;
  ActiveSpeaker::Clock::time_point now{std::chrono::seconds(1000)};
  std::vector<SpeakerLevel> levels{{{"a"}, -70}, {{"b"}, -70}, {{"c"}, -70}};

  SpeakerLevel& at(char name) { return levels[static_cast<std::size_t>(name - 'a')]; }
  void speaks(char name, int levelDb = -26) { at(name) = {at(name).participant, levelDb, true}; }
  void falls(char name) { at(name).levelDb = -60; }  // still marked as speaking
  void stops(char name) { at(name) = {at(name).participant, -60, false}; }
  std::string current() const { return speaker.current().value; }
  std::string candidate() const { return speaker.candidate().value; }
  // How many times the speaker changed while `duration` passed.
  int pass(milliseconds duration, milliseconds step = milliseconds(100)) {
    int changes = speaker.update(levels, now) ? 1 : 0;
    for (const auto end = now + duration; now < end;) {
      now += step;
      changes += speaker.update(levels, now) ? 1 : 0;
    }
    return changes;
  }
  std::uint64_t lastSpoke(const std::string& name) { return speaker.lastSpoke({name}); }
};

TEST_F(ActiveSpeakerTest, NobodyAtFirst) {
  EXPECT_EQ(pass(milliseconds(1000)), 0);
  EXPECT_EQ(current(), "");
  EXPECT_EQ(lastSpoke("a"), 0U);
  EXPECT_EQ(lastSpoke("nobody"), 0U);
  EXPECT_FALSE(speaker.update({}, now));
}

TEST_F(ActiveSpeakerTest, WhoBeginsInSilenceIsItAtOnceAndStays) {
  speaks('b');
  EXPECT_TRUE(speaker.update(levels, now));
  EXPECT_EQ(current(), "b");
  stops('b');
  EXPECT_EQ(pass(milliseconds(60'000)), 0);
  EXPECT_EQ(current(), "b") << "also in silence";
}

TEST_F(ActiveSpeakerTest, OfTwoWhoBeginTogetherTheLouder) {
  speaks('a', -35);
  speaks('c', -25);
  speaker.update(levels, now);
  EXPECT_EQ(current(), "c");
}

TEST_F(ActiveSpeakerTest, WhoTalksOverTheSpeakerMustBeClearlyLouderForAWhile) {
  speaks('a', -26);
  pass(milliseconds(3000));
  speaks('b', -22);
  EXPECT_EQ(pass(milliseconds(10'000)), 0) << "4 dB is not clearly";
  speaks('b', -19);
  EXPECT_EQ(pass(milliseconds(400)), 0);
  speaks('b', -24);
  EXPECT_EQ(pass(milliseconds(100)), 0);
  speaks('b', -19);
  EXPECT_EQ(pass(milliseconds(400)), 0) << "it counts from anew";
  EXPECT_EQ(pass(milliseconds(200)), 1);
  EXPECT_EQ(current(), "b");
}

TEST_F(ActiveSpeakerTest, WhoTalkedOverTheSpeakerIsItWhenTheOtherStops) {
  speaks('a');
  pass(milliseconds(3000));
  speaks('b');
  pass(milliseconds(1000));
  EXPECT_EQ(current(), "a");
  stops('a');
  EXPECT_TRUE(speaker.update(levels, now));
  EXPECT_EQ(current(), "b");
}

// `speaking` outlasts the voice by 440 ms; the level tells earlier.
TEST_F(ActiveSpeakerTest, DoesNotWaitForTheMarkOfOneWhoHasEnded) {
  speaks('a');
  pass(milliseconds(3000));
  falls('a');
  EXPECT_EQ(pass(milliseconds(200)), 0);
  speaks('b');
  EXPECT_TRUE(speaker.update(levels, now));
  EXPECT_EQ(current(), "b");
}

TEST_F(ActiveSpeakerTest, TwoWhoTalkAcrossEachOtherDoNotFlicker) {
  speaks('a');
  speaks('b');
  int changes = 0;
  for (int i = 0; i < 40; ++i) {  // each is heard in the other's pauses, 10 s
    falls(i % 2 == 0 ? 'a' : 'b');
    speaks(i % 2 == 0 ? 'b' : 'a');
    changes += pass(milliseconds(250), milliseconds(50));
  }
  EXPECT_LE(changes, 7) << "a turn lasts 1.5 s at least";
}

TEST_F(ActiveSpeakerTest, AnotherOfTheOthersWhenTheSpeakerLeaves) {
  speaks('b');
  pass(milliseconds(2000));
  stops('b');
  speaks('a');
  pass(milliseconds(2000));
  stops('a');
  levels.erase(levels.begin());
  EXPECT_TRUE(speaker.update(levels, now));
  EXPECT_EQ(current(), "b") << "who spoke before";
  EXPECT_EQ(lastSpoke("a"), 0U);
  EXPECT_TRUE(speaker.update({}, now));
  EXPECT_EQ(current(), "");
}

TEST_F(ActiveSpeakerTest, LastSpokeCountsAlsoWhoSpokeBeside) {
  speaks('a');
  pass(milliseconds(2000));
  speaks('b', -30);
  pass(milliseconds(200));
  EXPECT_EQ(current(), "a");
  EXPECT_GT(lastSpoke("a"), lastSpoke("b")) << "the speaker first";
  EXPECT_GT(lastSpoke("b"), 0U);
  stops('a');
  pass(milliseconds(200));
  EXPECT_GT(lastSpoke("b"), lastSpoke("a"));
  EXPECT_EQ(lastSpoke("c"), 0U);
}

TEST_F(ActiveSpeakerTest, ALongTurnIsNotForgotten) {
  speaks('a');
  for (int i = 0; i < 20; ++i) {
    speaks('b', -30);
    pass(milliseconds(1000));
    stops('b');
    speaks('c', -30);
    pass(milliseconds(1000));
    stops('c');
  }
  EXPECT_EQ(current(), "a");
  EXPECT_GT(lastSpoke("a"), lastSpoke("c"));
}

TEST_F(ActiveSpeakerTest, WhoIsTalkingOverTheSpeakerIsACandidateBeforeTheyAreIt) {
  speaks('a', -26);
  pass(milliseconds(3000));
  EXPECT_EQ(candidate(), "") << "the speaker is none";
  speaks('b', -19);
  EXPECT_EQ(pass(milliseconds(0)), 0);
  EXPECT_EQ(candidate(), "b") << "400 ms earlier";
  pass(milliseconds(1000));
  EXPECT_EQ(current(), "b");
  EXPECT_EQ(candidate(), "") << "who is the speaker now";
  speaks('a', -19);
  pass(milliseconds(100));
  EXPECT_EQ(candidate(), "a") << "and may be again";
}

TEST_F(ActiveSpeakerTest, WhoAgreesQuietlyIsNoCandidate) {
  speaks('a', -26);
  pass(milliseconds(3000));
  speaks('b', -32);
  pass(milliseconds(500));
  EXPECT_EQ(candidate(), "");
}

TEST_F(ActiveSpeakerTest, ACandidateRemainsUntilTheyStopOrAnotherIsClearlyLouder) {
  speaks('a', -26);
  pass(milliseconds(3000));
  speaks('b', -25);
  pass(milliseconds(200));
  ASSERT_EQ(candidate(), "b");
  speaks('b', -30);
  speaks('c', -26);
  pass(milliseconds(200));
  EXPECT_EQ(candidate(), "b") << "as loud is not enough";
  speaks('c', -24);
  pass(milliseconds(0));
  EXPECT_EQ(candidate(), "c");
  stops('c');
  stops('b');
  pass(milliseconds(0));
  EXPECT_EQ(candidate(), "");
  speaks('b', -25);
  pass(milliseconds(0));
  ASSERT_EQ(candidate(), "b");
  levels.erase(levels.begin() + 1);
  pass(milliseconds(0));
  EXPECT_EQ(candidate(), "") << "has left";
}

}  // namespace
}  // namespace tessera
