// SPDX-License-Identifier: Apache-2.0
#include "room_people.h"

// Each layout as a receiver decodes it: who is seen where, in their own colour, and where the picture says.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Guest;
using test::kAppearances;
using test::near;
using test::personOf;
using test::RoomUnderTest;
using test::runUntil;
using test::yuvOf;

constexpr CanvasSettings kCanvas{640, 360, 15};
constexpr std::size_t kPeople = 4;
constexpr Rgb kBackground{90, 20, 90};

RoomSettings settings() {
  RoomSettings made = RoomUnderTest::settingsFor(kCanvas);
  made.look.background = kBackground;
  made.look.customLayouts = {{"stage",
                              {{0, 0, 0.5, 1, RegionRule::pinned, 1, TileFit::fill},
                               {0.5, 0.25, 0.5, 0.5, RegionRule::pinned, 2, TileFit::fit}}}};
  return made;
}

int area(const Tile& tile) {
  return tile.width * tile.height;
}

// Four who speak and show a colour, seen by one of them.
class RoomLayoutTest : public testing::Test {
 protected:
  void SetUp() override {
    for (std::size_t i = 0; i < kPeople; ++i) {
      auto person = personOf(kAppearances[i]);
      person.options.sendsAudio = i == kSpeaker;
      people_.push_back(&room_.join(person));
    }
    ASSERT_TRUE(runUntil([&] { return room_.allConnected() && seenInPlace(); })) << report();
  }

  // Whoever has a tile is seen there, and between the tiles the background.
  bool seenInPlace() const {
    if (room_.picture.tiles.empty()) return false;
    const auto& screen = *people_.front()->screen;
    for (const Guest& guest : room_.guests) {
      const Tile* tile = room_.tileOf(guest);
      if (tile && !near(screen.colourIn(*tile), yuvOf(guest.options.argb))) return false;
    }
    return true;
  }

  // The choice is shown, and seen by a receiver.
  bool shows(LayoutKind kind) const { return room_.picture.layout == kind && seenInPlace(); }

  void choose(LayoutKind kind, std::vector<std::size_t> pinned = {}, const std::string& custom = {}) {
    LayoutChoice choice;
    choice.kind = kind;
    choice.custom = custom;
    for (const std::size_t who : pinned) choice.pinned.push_back(idOf(who));
    room_.room->setLayout(choice);
    ASSERT_TRUE(runUntil([&] { return shows(custom.empty() ? kind : LayoutKind::custom); })) << report();
  }

  ParticipantId idOf(std::size_t who) const { return people_.at(who)->settings.key.participant; }
  const Tile* tileOf(std::size_t who) const { return room_.tileOf(*people_.at(who)); }
  const Tile& largest() const { return *std::ranges::max_element(room_.picture.tiles, {}, area); }

  std::string report() const {
    std::string text = fmt::format("layout {}:", static_cast<int>(room_.picture.layout));
    for (const Tile& tile : room_.picture.tiles) {
      const test::Yuv seen = people_.front()->screen->colourIn(tile);
      text += fmt::format(" {}/{} {},{} {}x{} seen as {},{},{};", tile.participant.value, tile.pc, tile.x,
                          tile.y, tile.width, tile.height, seen.y, seen.u, seen.v);
    }
    return text;
  }

  static constexpr std::size_t kSpeaker = 1;
  RoomUnderTest room_{settings()};
  std::vector<Guest*> people_;
};

TEST_F(RoomLayoutTest, eachLayoutShowsEverybodyWhereItSays) {
  EXPECT_EQ(room_.picture.layout, LayoutKind::grid);  // automatic, with so few
  ASSERT_EQ(room_.picture.tiles.size(), kPeople);
  for (const Tile& tile : room_.picture.tiles) EXPECT_EQ(area(tile), area(room_.picture.tiles.front()));
  const test::Yuv gap = people_.front()->screen->colourOf({0, 0, kCanvas.width, 4});
  EXPECT_TRUE(near(gap, yuvOf(0xff5a145a))) << gap.y << ' ' << gap.u << ' ' << gap.v;

  ASSERT_TRUE(runUntil([&] { return room_.levels[idOf(kSpeaker)].active; }));
  choose(LayoutKind::speaker);
  EXPECT_EQ(largest().participant, idOf(kSpeaker)) << report();
  EXPECT_GT(area(largest()), 3 * area(*tileOf(0))) << report();
  EXPECT_EQ(room_.picture.tiles.size(), kPeople);

  choose(LayoutKind::spotlight, {2});
  EXPECT_EQ(room_.picture.tiles.size(), 1U) << report();
  EXPECT_EQ(largest().participant, idOf(2));
  EXPECT_EQ(room_.picture.more, 0) << "a spotlight counts nobody";

  choose(LayoutKind::sideBySide, {0, 3});
  EXPECT_EQ(room_.picture.tiles.size(), 2U) << report();
  EXPECT_LT(tileOf(0)->x + tileOf(0)->width, tileOf(3)->x + 1) << report();

  choose(LayoutKind::custom, {3, 2}, "stage");
  ASSERT_TRUE(tileOf(3) && tileOf(2)) << report();
  EXPECT_EQ(*tileOf(3), (Tile{idOf(3), "main", 0, 0, 320, 360}));
  EXPECT_EQ(*tileOf(2), (Tile{idOf(2), "main", 320, 90, 320, 180}));

  choose(LayoutKind::grid);
  EXPECT_EQ(room_.picture.tiles.size(), kPeople);
}

TEST_F(RoomLayoutTest, aSharedScreenIsLargeWithItsPresenterBeside) {
  auto person = personOf(kAppearances[4]);
  person.id = kAppearances[3].id;
  person.options.sendsAudio = false;
  Guest& screen = room_.share(person);
  ASSERT_TRUE(runUntil([&] { return shows(LayoutKind::presentation); })) << report();
  ASSERT_TRUE(room_.tileOf(screen)) << report();
  EXPECT_EQ(largest(), *room_.tileOf(screen)) << report();
  ASSERT_TRUE(tileOf(3)) << "the presenter is not beside it: " << report();
  EXPECT_GT(area(largest()), 2 * area(*tileOf(3)));

  room_.leave(screen);
  EXPECT_TRUE(runUntil([&] { return shows(LayoutKind::grid); })) << report();
  EXPECT_EQ(room_.picture.tiles.size(), kPeople);
}

}  // namespace
}  // namespace tessera
