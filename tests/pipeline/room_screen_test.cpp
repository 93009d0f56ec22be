// SPDX-License-Identifier: Apache-2.0
#include "room_people.h"

// A participant's second connection: its sound, and that either of the two may go and come by itself.

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

// Ada (red) shares a screen (white); Bea (green) talks, Carl (blue) only listens.
class RoomScreenTest : public testing::Test {
 protected:
  void SetUp() override {
    joinAda();
    bea_ = &room_.join(personOf(kAppearances[1]));
    auto silent = personOf(kAppearances[2]);
    silent.options.sendsAudio = false;
    carl_ = &room_.join(silent);
    share();
    ASSERT_TRUE(runUntil([&] { return seenAndHeard(); })) << report();
  }

  void joinAda() { ada_ = &room_.join(personOf(kAppearances[0])); }
  void share() {
    auto screen = personOf(kAppearances[4]);
    screen.id = kAppearances[0].id;
    screen_ = &room_.share(screen);
  }

  static double toneOf(const Guest* guest) { return guest->options.tone; }
  bool heardBy(const Guest* listener, bool ada, bool bea, bool screen) const {
    return listener->hears(toneOf(ada_)) == ada && listener->hears(toneOf(bea_)) == bea &&
           listener->hears(kAppearances[4].tone) == screen;
  }
  bool screenSeen() const {
    const Tile* tile = room_.tileOf(*screen_);
    return tile && near(carl_->screen->colourIn(*tile), yuvOf(kAppearances[4].argb));
  }
  bool seenAndHeard() const {
    return room_.allConnected() && screenSeen() && heardBy(ada_, false, true, false) &&
           heardBy(bea_, true, false, true) && heardBy(carl_, true, true, true);
  }

  std::string report() const {
    std::string text;
    for (const Guest& guest : room_.guests) {
      text += fmt::format("{}/{}: state {}", guest.settings.name, guest.settings.key.pc,
                          static_cast<int>(guest.state));
      for (const auto& appearance : kAppearances)
        text += fmt::format(", {} {:.0f} dB", appearance.id, guest.client->audio.toneBandDb(appearance.tone));
      for (const Error& error : guest.errors) text += ", error " + error.text;
      text += "\n";
    }
    for (const Tile& tile : room_.picture.tiles) text += tile.participant.value + "/" + tile.pc + " ";
    return text;
  }

  RoomUnderTest room_;
  Guest *ada_ = nullptr, *bea_ = nullptr, *carl_ = nullptr, *screen_ = nullptr;
};

TEST_F(RoomScreenTest, whoeverSharesDoesNotHearTheirScreenNorThemselves) {
  runFor(1s);  // beyond what was heard before everyone was a talker
  EXPECT_LT(ada_->client->audio.steadyToneDb(kAppearances[4].tone), -60) << report();
  EXPECT_LT(ada_->client->audio.steadyToneDb(kAppearances[0].tone), -60) << report();
  EXPECT_EQ(room_.health.peers, 4);
  EXPECT_EQ(room_.health.audioEncoders, 3);  // Ada's (less both of hers), Bea's, and everyone's
  const auto id = ada_->settings.key.participant;
  EXPECT_EQ(room_.levels.count(id), 1U);
  EXPECT_EQ(room_.levels.size(), 3U) << "the screen is nobody who speaks";
}

TEST_F(RoomScreenTest, theMainConnectionMayBeMadeAnewBesideTheScreen) {
  room_.guests.remove_if([&](const Guest& guest) { return &guest == ada_; });  // gone without a word
  joinAda();
  EXPECT_TRUE(runUntil([&] { return seenAndHeard(); })) << report();
  runFor(1s);
  EXPECT_TRUE(seenAndHeard()) << report();
}

TEST_F(RoomScreenTest, theScreenMayGoAndComeBesideTheMainConnection) {
  room_.leave(*screen_);
  EXPECT_TRUE(runUntil([&] {
    return room_.picture.layout == LayoutKind::grid && room_.picture.tiles.size() == 3 &&
           heardBy(carl_, true, true, false);
  })) << report();
  EXPECT_TRUE(room_.allConnected());
  share();
  EXPECT_TRUE(runUntil([&] { return seenAndHeard(); })) << report();
}

TEST_F(RoomScreenTest, aStillScreenStays) {
  screen_->client->stop();  // sends nothing more, as one on which nothing moves
  runFor(std::chrono::duration_cast<std::chrono::milliseconds>(mix::VideoSlot::kStaleAfter) + 500ms);
  EXPECT_TRUE(screenSeen()) << report();
}

}  // namespace
}  // namespace tessera
