// SPDX-License-Identifier: Apache-2.0
#include "pipelines/gst/clock.h"
#include "room_people.h"

// A whole room in this process, with real WebRTC clients on 127.0.0.1: who sees and hears what.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Guest;
using test::kAppearances;
using test::near;
using test::personOf;
using test::RoomUnderTest;
using test::runFor;
using test::runUntil;
using test::yuvOf;

constexpr double kOwnBelowOthersDb = 40;

class RoomTest : public testing::Test {
 protected:
  Guest& join(std::size_t who, VideoCodec codec = VideoCodec::vp8) {
    return room_.join(personOf(kAppearances[who], codec));
  }

  // Every guest sees everybody who sends video in their own colour at their own place.
  bool everyoneSeesEveryone() {
    for (const Guest& viewer : room_.guests) {
      for (const Guest& shown : room_.guests) {
        const Tile* tile = room_.tileOf(shown);
        if (tile && shown.options.sendsVideo &&
            !near(viewer.screen->colourIn(*tile), yuvOf(shown.options.argb)))
          return false;
      }
    }
    return true;
  }

  // Every guest hears everybody who sends sound but themself.
  bool everyoneHearsTheOthers() {
    for (const Guest& listener : room_.guests) {
      for (const Guest& sender : room_.guests) {
        if (&listener != &sender && sender.options.sendsAudio && !listener.hears(sender.options.tone))
          return false;
        if (&listener == &sender && listener.hears(sender.options.tone)) return false;
      }
    }
    return true;
  }

  std::string report() {
    std::string text;
    for (const Guest& guest : room_.guests) {
      text += fmt::format("{}: state {}, frames {}", guest.settings.name, static_cast<int>(guest.state),
                          guest.client->video.frames());
      for (const Guest& other : room_.guests)
        text += fmt::format(", {} {:.0f} dB", other.settings.name,
                            guest.client->audio.toneBandDb(other.options.tone));
      for (const Error& error : guest.errors) text += ", error " + error.text;
      text += "\n";
    }
    return text;
  }

  RoomUnderTest room_;
};

TEST_F(RoomTest, threePeopleSeeAllAndHearTheOthers) {
  for (std::size_t i = 0; i < 3; ++i) join(i);
  ASSERT_TRUE(runUntil([&] { return room_.allConnected(); })) << report();
  EXPECT_TRUE(runUntil([&] { return everyoneSeesEveryone(); })) << report();
  EXPECT_TRUE(runUntil([&] { return everyoneHearsTheOthers(); })) << report();
  runFor(1s);  // beyond what was heard before everyone was a talker
  for (const Guest& listener : room_.guests) {
    const double own = listener.client->audio.steadyToneDb(listener.options.tone);
    for (const Guest& other : room_.guests) {
      if (&other == &listener) continue;
      const double theirs = listener.client->audio.toneBandDb(other.options.tone);
      EXPECT_GT(theirs, Guest::kHeardDb) << report();
      EXPECT_LT(own, theirs - kOwnBelowOthersDb) << report();
    }
  }
  EXPECT_EQ(room_.health.videoEncoders, 1);
  EXPECT_EQ(room_.health.audioEncoders, 4);  // three talkers, and everyone's
  EXPECT_TRUE(room_.failures.empty());
}

TEST_F(RoomTest, leavingAndJoiningLeavesNoHole) {
  for (std::size_t i = 0; i < 3; ++i) join(i);
  ASSERT_TRUE(runUntil([&] { return room_.allConnected() && everyoneSeesEveryone(); })) << report();
  room_.leave(*std::next(room_.guests.begin()));
  ASSERT_TRUE(runUntil([&] { return room_.picture.tiles.size() == 2; }));
  EXPECT_TRUE(runUntil([&] { return everyoneSeesEveryone(); })) << report();
  join(3);
  ASSERT_TRUE(runUntil([&] { return room_.picture.tiles.size() == 3; }));
  EXPECT_TRUE(runUntil([&] { return everyoneSeesEveryone() && everyoneHearsTheOthers(); })) << report();
  // What was heard of them last takes half a second to leave the probes.
  EXPECT_TRUE(runUntil([&] {
    return std::ranges::none_of(room_.guests,
                                [](const Guest& guest) { return guest.hears(kAppearances[1].tone); });
  })) << report();
}

TEST_F(RoomTest, bothCodecsTogetherShareOneRungEach) {
  join(0, VideoCodec::vp8);
  join(1, VideoCodec::h264);
  join(2, VideoCodec::vp8);
  Guest& last = join(3, VideoCodec::h264);
  ASSERT_TRUE(runUntil([&] { return room_.allConnected() && everyoneSeesEveryone(); })) << report();
  ASSERT_TRUE(runUntil([&] { return room_.health.videoEncoders == 2; }));
  room_.leave(last);
  room_.leave(*std::next(room_.guests.begin()));
  EXPECT_TRUE(runUntil([&] { return room_.health.videoEncoders == 1; }));
}

TEST_F(RoomTest, anEmptyRoomEncodesNothingAndStillTicks) {
  Guest& guest = join(0);
  ASSERT_TRUE(runUntil([&] { return room_.health.videoEncoders == 1 && room_.health.audioEncoders >= 1; }));
  room_.leave(guest);
  ASSERT_TRUE(runUntil([&] { return room_.health.videoEncoders == 0 && room_.health.audioEncoders == 0; }));
  EXPECT_TRUE(room_.picture.tiles.empty());
  const auto before = room_.health;
  EXPECT_TRUE(runUntil([&] {
    return room_.health.videoTicks > before.videoTicks + 5 &&
           room_.health.audioTicks > before.audioTicks + 10;
  }));
}

TEST_F(RoomTest, peopleWithoutCameraOrMicrophoneOrBothTakePart) {
  auto listener = personOf(kAppearances[0]);
  listener.hidden = true;
  listener.options.sendsVideo = listener.options.sendsAudio = false;
  auto voice = personOf(kAppearances[1]);
  voice.cameraOff = true;
  voice.options.sendsVideo = false;
  auto mute = personOf(kAppearances[2]);
  mute.options.sendsAudio = false;
  room_.join(listener);
  room_.join(voice);
  room_.join(mute);
  ASSERT_TRUE(runUntil([&] { return room_.allConnected(); })) << report();
  EXPECT_EQ(room_.picture.tiles.size(), 2U);
  EXPECT_TRUE(runUntil([&] { return everyoneSeesEveryone() && everyoneHearsTheOthers(); })) << report();
}

TEST_F(RoomTest, muteAndCameraOffTakeEffect) {
  Guest& red = join(0);
  Guest& green = join(1);
  ASSERT_TRUE(runUntil([&] {
    return room_.allConnected() && everyoneSeesEveryone() && everyoneHearsTheOthers();
  })) << report();
  room_.room->updatePeer({red.settings.key.participant, true, true, std::nullopt});
  EXPECT_TRUE(runUntil([&] { return !green.hears(kAppearances[0].tone); })) << report();
  EXPECT_TRUE(runUntil([&] {
    return !near(green.screen->colourIn(*room_.tileOf(red)), yuvOf(kAppearances[0].argb)) &&
           near(green.screen->colourIn(*room_.tileOf(green)), yuvOf(kAppearances[1].argb));
  }));
  room_.room->updatePeer({red.settings.key.participant, false, false, std::nullopt});
  EXPECT_TRUE(runUntil([&] { return everyoneSeesEveryone() && everyoneHearsTheOthers(); })) << report();
}

TEST_F(RoomTest, tellsWhoSpeaksButNotAllTheTime) {
  Guest& red = join(0);
  auto quiet = personOf(kAppearances[1]);
  quiet.options.sendsAudio = false;
  Guest& green = room_.join(quiet);
  ASSERT_TRUE(runUntil([&] { return room_.levels[red.settings.key.participant].speaking; })) << report();
  EXPECT_FALSE(room_.levels[green.settings.key.participant].speaking);
  EXPECT_GT(room_.levels[red.settings.key.participant].levelDb, -20);
  runFor(1s);
  const int before = room_.speakingEvents;
  runFor(1s);
  EXPECT_LE(room_.speakingEvents - before, 5);
}

TEST(RoomSound, aStereoRoomIsHeard) {
  RoomSettings settings = RoomUnderTest::settingsFor({320, 180, 15});
  settings.sound.stereo = true;
  settings.sound.levelling = false;
  RoomUnderTest room{settings};
  Guest& red = room.join(personOf(kAppearances[0]));
  Guest& green = room.join(personOf(kAppearances[1]));
  EXPECT_TRUE(runUntil([&] {
    return red.hears(kAppearances[1].tone) && green.hears(kAppearances[0].tone) &&
           !red.hears(kAppearances[0].tone);
  }));
  EXPECT_TRUE(room.failures.empty());
}

RoomUnderTest::Person silentPerson(std::size_t who) {
  auto person = personOf(kAppearances[who]);
  person.options.sendsAudio = false;
  return person;
}

TEST(RoomSound, chimesWhenSomebodyEntersAndLeavesButNotAtANewConnection) {
  RoomSettings settings = RoomUnderTest::settingsFor({320, 180, 15});
  settings.sound.chimes = true;
  RoomUnderTest room{settings};
  std::atomic<int> loudest = 0;
  Guest& listener = room.join(silentPerson(0));
  listener.client->audio.onSamples = [&](std::span<const std::int16_t> samples, mix::Nanos) {
    for (const std::int16_t sample : samples) loudest = std::max<int>(loudest, std::abs(sample));
  };
  ASSERT_TRUE(runUntil([&] { return room.allConnected() && listener.client->audio.samples() > 0; }));
  runFor(1500ms);  // beyond the listener's own
  const auto chimes = [&](const char* what) {
    EXPECT_TRUE(runUntil([&] { return loudest > 500; })) << what;
    runFor(1500ms);
    loudest = 0;
    runFor(300ms);
    EXPECT_LT(loudest, 100);
  };
  loudest = 0;
  room.join(silentPerson(1));
  chimes("entry");
  room.guests.pop_back();
  room.join(silentPerson(1));
  ASSERT_TRUE(runUntil([&] { return room.allConnected(); }));
  runFor(500ms);
  EXPECT_LT(loudest, 100) << "at a new connection of the same";
  room.leave(room.guests.back());
  chimes("exit");
  listener.client->stop();  // before what hears it goes
}

TEST_F(RoomTest, aNewConnectionOfTheSamePersonTakesTheirPlace) {
  join(0);
  join(1);
  ASSERT_TRUE(runUntil([&] { return room_.allConnected() && everyoneSeesEveryone(); })) << report();
  const int before = room_.pictureEvents;
  room_.guests.pop_front();  // the client is gone without a word
  Guest& again = join(0);    // the server makes a new connection under the same name
  EXPECT_EQ(room_.picture.tiles.size(), 2U);
  EXPECT_EQ(room_.picture.tiles.front().participant, again.settings.key.participant);
  EXPECT_TRUE(runUntil([&] { return room_.allConnected() && everyoneSeesEveryone(); })) << report();
  EXPECT_EQ(room_.pictureEvents, before) << "nobody moves";
}

TEST_F(RoomTest, refusesAConnectionThatIsNeitherMainNorScreen) {
  PeerSettings other;
  other.key = {ParticipantId{"red"}, "other", 1};
  Guest& guest = room_.guests.emplace_back(test::WebRtcClient::Options{});
  guest.settings = other;
  room_.room->addPeer(other);
  EXPECT_TRUE(runUntil([&] { return guest.state == PeerState::failed; }));
  EXPECT_EQ(guest.errors.at(0).code, ErrorCode::unsupported);
}

TEST_F(RoomTest, answersAKeyframeStormOnce) {
  Guest& red = join(0);
  Guest& green = join(1);
  ASSERT_TRUE(runUntil([&] { return room_.allConnected() && everyoneSeesEveryone(); })) << report();
  runFor(1s);
  const int before = red.client->keyframesReceived();
  const mix::Nanos begin = gst::now();
  for (int i = 0; i < 20; ++i) {
    red.client->requestKeyframe();
    green.client->requestKeyframe();
    runFor(10ms);
  }
  EXPECT_TRUE(runUntil([&] { return red.client->keyframesReceived() > before; }));
  runFor(1s);  // RTCP sends what was asked in its own time
  const auto intervals = static_cast<int>((gst::now() - begin) / KeyframeBroker::kMinInterval);
  EXPECT_LE(red.client->keyframesReceived() - before, intervals + 1);
}

}  // namespace
}  // namespace tessera
