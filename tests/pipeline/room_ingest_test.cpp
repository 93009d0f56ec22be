// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "room_people.h"

// Senders are asked for what is shown of them, before it is shown. How much that is, is tested with
// src/room/ingest.h.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Guest;
using test::kAppearances;
using test::personOf;
using test::RoomUnderTest;
using test::runUntil;

constexpr CanvasSettings kCanvas{640, 360, 15};

// Looks at each new picture whether those who are in it had been asked for as much as it shows.
class IngestRoom : public RoomUnderTest {
 public:
  using RoomUnderTest::RoomUnderTest;
  void onPicture(const Picture& now) override {
    RoomUnderTest::onPicture(now);
    for (const Guest& guest : guests) {
      const Tile* tile = tileOf(guest);
      if (!tile || guest.ingests.empty() || guest.settings.cameraOff) continue;
      const Ingest& asked = guest.ingests.back();
      // All are 16:9; fitted or cropped, a picture as large as the smaller side of its tile is needed.
      if (asked.width < std::min(tile->width, tile->height * 16 / 9) &&
          asked.height < std::min(tile->height, tile->width * 9 / 16))
        ++tooLate;
    }
  }
  int tooLate = 0;
};

class RoomIngestTest : public testing::Test {
 protected:
  Guest& join(std::size_t who) { return room_.join(personOf(kAppearances.at(who))); }
  void choose(LayoutKind kind) {
    LayoutChoice choice;
    choice.kind = kind;
    room_.room->setLayout(choice);
  }
  void update(const Guest& guest, const std::function<void(PeerUpdate&)>& change) {
    PeerUpdate update;
    update.participant = guest.settings.key.participant;
    change(update);
    room_.room->updatePeer(update);
  }
  void mute(const Guest& guest, bool muted) {
    update(guest, [&](PeerUpdate& change) { change.muted = muted; });
  }
  // Its tile, with some margin and no more than what is gained by not changing all the time.
  bool askedForTile(const Guest& guest) const {
    const Tile* tile = room_.tileOf(guest);
    if (!tile || guest.ingests.empty()) return false;
    const Ingest& asked = guest.ingests.back();
    return asked.width >= 160 && asked.width <= std::max(160, tile->width * 5 / 4) &&
           asked.height <= std::max(90, tile->height * 5 / 4) && asked.fps > 0 && asked.kbps > 0;
  }
  bool large(const Guest& guest) const {
    const Tile* tile = room_.tileOf(guest);
    return tile && tile->width > kCanvas.width / 2;
  }

  // Has time, whatever the machine says: a degraded canvas has smaller tiles.
  IngestRoom room_{RoomUnderTest::settingsFor(kCanvas), [](const auto&, auto) { return Degradation::none; }};
};

TEST_F(RoomIngestTest, eachIsAskedForTheirTileAndForMoreBeforeTheyGrow) {
  Guest& red = join(0);
  Guest& green = join(1);
  Guest& blue = join(2);
  choose(LayoutKind::grid);
  ASSERT_TRUE(runUntil([&] {
    return std::ranges::all_of(room_.guests,
                               [&](const Guest& guest) { return guest.connected() && askedForTile(guest); });
  }));
  mute(green, true);
  mute(blue, true);
  choose(LayoutKind::speaker);
  ASSERT_TRUE(runUntil([&] { return large(red) && askedForTile(red) && askedForTile(green); }));
  EXPECT_GT(red.ingests.back().width, 2 * green.ingests.back().width);

  mute(green, false);
  mute(red, true);
  ASSERT_TRUE(runUntil([&] { return large(green) && askedForTile(green) && askedForTile(red); }));
  EXPECT_GT(green.ingests.back().width, 2 * red.ingests.back().width);
  EXPECT_EQ(room_.tooLate, 0);
}

TEST_F(RoomIngestTest, nothingIsAskedForOfACameraThatIsOffAndAllAgainWhenItIsOn) {
  Guest& red = join(0);
  Guest& green = join(1);
  ASSERT_TRUE(runUntil([&] { return askedForTile(red) && askedForTile(green); }));
  update(green, [](PeerUpdate& change) { change.cameraOff = true; });
  ASSERT_TRUE(runUntil([&] { return green.ingests.back() == Ingest{}; }));
  update(green, [](PeerUpdate& change) { change.cameraOff = false; });
  ASSERT_TRUE(runUntil([&] { return askedForTile(green); }));
}

TEST_F(RoomIngestTest, aNewConnectionIsToldAnewAndAViewerNothing) {
  Guest& red = join(0);
  ASSERT_TRUE(runUntil([&] { return askedForTile(red); }));
  Guest& again = join(0);
  ASSERT_TRUE(runUntil([&] { return again.connected() && askedForTile(again); }));
  auto person = personOf(kAppearances[1]);
  person.hidden = true;
  Guest& viewer = room_.join(person);
  ASSERT_TRUE(runUntil([&] { return viewer.connected() && viewer.screen->frames() > 0; }));
  EXPECT_TRUE(viewer.ingests.empty());
}

// It has no tile before its first picture has come, which would not come were it not asked for.
TEST_F(RoomIngestTest, aScreenIsAskedForBeforeItIsShown) {
  Guest& red = join(0);
  ASSERT_TRUE(runUntil([&] { return askedForTile(red); }));
  auto person = personOf(kAppearances[0]);
  person.options.argb = kAppearances[4].argb;
  Guest& screen = room_.share(person);
  ASSERT_TRUE(runUntil([&] { return room_.tileOf(screen) && askedForTile(screen); }));
  EXPECT_GE(screen.ingests.front().width, kCanvas.width);
  EXPECT_EQ(room_.tooLate, 0);
}

TEST(RoomIngest, nothingIsAskedForOfWhomIsNotOnTheCanvas) {
  RoomSettings settings = RoomUnderTest::settingsFor(kCanvas);
  settings.look.maxTiles = 1;
  settings.look.layout = LayoutKind::grid;
  RoomUnderTest room(settings);
  Guest& red = room.join(personOf(kAppearances[0]));
  Guest& green = room.join(personOf(kAppearances[1]));
  const auto shown = [&](const Guest& guest) {
    return !guest.ingests.empty() && (guest.ingests.back().width > 0) == (room.tileOf(guest) != nullptr);
  };
  ASSERT_TRUE(runUntil([&] { return room.allConnected() && shown(red) && shown(green); }));
  EXPECT_TRUE(!room.tileOf(red) || !room.tileOf(green));
}

}  // namespace
}  // namespace tessera
