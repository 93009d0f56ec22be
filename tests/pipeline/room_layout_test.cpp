// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <utility>

#include "pipelines/gst/clock.h"
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
using test::runFor;
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

  static constexpr std::size_t kSpeaker = 0;
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
  EXPECT_GT(area(largest()), 3 * area(*tileOf(1))) << report();
  EXPECT_EQ(room_.picture.tiles.size(), kPeople);

  choose(LayoutKind::spotlight, {2});
  EXPECT_EQ(room_.picture.tiles.size(), 1U) << report();
  EXPECT_EQ(largest().participant, idOf(2));
  EXPECT_EQ(room_.picture.more, static_cast<int>(kPeople) - 1) << "though none is drawn that says so";

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

TEST_F(RoomLayoutTest, theBorderIsOnWhoSpeaks) {
  const auto edgeOf = [&](std::size_t who) {  // the left side of their tile
    const Tile& tile = *tileOf(who);
    return people_.front()->screen->colourOf({tile.x, tile.y + tile.height / 4, 2, tile.height / 4});
  };
  const test::Yuv border = yuvOf(0xff3ddc97);
  EXPECT_TRUE(runUntil([&] { return near(edgeOf(kSpeaker), border, 40); })) << report();
  // Green is much like the border.
  for (const std::size_t other : {2U, 3U}) EXPECT_FALSE(near(edgeOf(other), border, 40)) << other;
  room_.room->updatePeer({idOf(kSpeaker), true, std::nullopt, std::nullopt, std::nullopt});
  EXPECT_TRUE(runUntil([&] { return !near(edgeOf(kSpeaker), border, 40); })) << report();
  EXPECT_EQ(room_.pictureEvents, 1) << "who speaks is not told as a change of the picture";
}

TEST_F(RoomLayoutTest, whoBeginsToSpeakBecomesLarge) {
  auto voice = personOf(kAppearances[1]);  // another with a voice, muted for now
  voice.id = "next";
  voice.muted = true;
  Guest& next = room_.join(voice);
  ASSERT_TRUE(runUntil([&] { return room_.levels[idOf(kSpeaker)].active && room_.allConnected(); }));
  choose(LayoutKind::speaker);
  ASSERT_EQ(largest().participant, idOf(kSpeaker)) << report();
  room_.room->updatePeer({idOf(kSpeaker), true, std::nullopt, std::nullopt, std::nullopt});
  ASSERT_TRUE(runUntil([&] { return !room_.levels[idOf(kSpeaker)].speaking; }));
  const mix::Nanos begin = gst::now();
  room_.room->updatePeer({next.settings.key.participant, false, std::nullopt, std::nullopt, std::nullopt});
  EXPECT_TRUE(runUntil([&] { return largest().participant == next.settings.key.participant; })) << report();
  RecordProperty("planned_after_ms", static_cast<int>((gst::now() - begin) / 1ms));
  EXPECT_TRUE(runUntil([&] { return shows(LayoutKind::speaker); })) << report();
  RecordProperty("seen_in_place_after_ms", static_cast<int>((gst::now() - begin) / 1ms));
  EXPECT_TRUE(room_.levels[next.settings.key.participant].active);
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

// How many of a picture's pixels show a colour. Filled on a streaming thread.
class Extents {
 public:
  explicit Extents(test::Yuv colour) : colour_(colour) {}
  void look(const mix::VideoFrame& frame) {
    int count = 0;
    for (int y = 0; y < frame.height / 2; y += 2) {
      for (int x = 0; x < frame.width / 2; x += 2) {
        const test::Yuv seen{frame.y[2 * y * frame.strideY + 2 * x], frame.u[y * frame.strideU + x],
                             frame.v[y * frame.strideV + x]};
        count += near(seen, colour_) ? 1 : 0;
      }
    }
    const std::lock_guard lock(mutex_);
    extents_.push_back(100 * count / ((frame.width / 4) * (frame.height / 4)));
  }
  std::vector<int> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(extents_, {});
  }

 private:
  const test::Yuv colour_;
  std::mutex mutex_;
  std::vector<int> extents_;  // percent of the picture
};

TEST(RoomGlide, tilesMoveToTheirNewPlaceFrameByFrame) {
  RoomSettings slow = settings();
  slow.look.glideMs = 1000;
  RoomUnderTest room{slow};
  Guest& red = room.join(personOf(kAppearances[0]));
  Guest& green = room.join(personOf(kAppearances[1]));
  const auto extents = std::make_shared<Extents>(yuvOf(red.options.argb));
  green.client->video.onFrame = [extents](const mix::VideoFrame& frame) { extents->look(frame); };
  int reached = -1;
  const auto shows = [&](int from, int to) {
    return runUntil([&] {
      for (const int extent : extents->take()) reached = extent;
      return reached >= from && reached <= to;
    });
  };
  LayoutChoice both;
  both.kind = LayoutKind::grid;
  LayoutChoice alone;
  alone.kind = LayoutKind::spotlight;
  alone.pinned = {red.settings.key.participant};
  room.room->setLayout(alone);
  ASSERT_TRUE(runUntil([&] { return room.allConnected(); }) && shows(85, 100)) << reached;
  runFor(1200ms);  // beyond the glide
  extents->take();
  const RoomHealth before = room.health;
  room.room->setLayout(both);
  runFor(1500ms);
  const std::vector<int> seen = extents->take();
  ASSERT_FALSE(seen.empty());
  std::set<int> between;
  for (const int extent : seen) {
    if (extent < 84 && extent > seen.back() + 2) between.insert(extent);
  }
  EXPECT_LT(seen.back(), 45) << "red has half of the picture at most";
  EXPECT_GE(between.size(), 3U) << testing::PrintToString(seen);
  RecordProperty("missed_ticks", static_cast<int>(room.health.missedVideoTicks - before.missedVideoTicks));
}

}  // namespace
}  // namespace tessera
