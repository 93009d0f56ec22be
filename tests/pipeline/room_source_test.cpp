// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "room_people.h"
#include "source_fixture.h"

// A file as a participant: its tile, its sound, its lips in the mix, and what may be done to it.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Guest;
using test::kAppearances;
using test::near;
using test::personOf;
using test::RoomUnderTest;
using test::runUntil;
using test::TemporaryDirectory;

constexpr test::Yuv kRed{81, 90, 240};
constexpr mix::Nanos kLipTolerance = 40ms;
constexpr std::size_t kFlashesJudged = 7;
const ParticipantId kFilm{"film"};

struct Cinema {
  explicit Cinema(const std::string& film) {
    test::makeFilm(folder / "film.mp4", film + test::kH264Aac);
    settings = {kFilm, "A film", "file://" + (folder / "film.mp4"), true};
  }
  Guest& watch() {
    RoomUnderTest::Person watcher{"watcher"};
    watcher.hidden = true;
    watcher.options.sendsVideo = watcher.options.sendsAudio = false;
    return room.join(watcher);
  }
  const Tile* tile() const {
    const auto at = std::ranges::find(room.picture.tiles, kFilm, &Tile::participant);
    return at == room.picture.tiles.end() ? nullptr : &*at;
  }
  bool shows(const Guest& guest, test::Yuv colour) const {
    return tile() && near(guest.screen->colourIn(*tile()), colour, 24);
  }

  TemporaryDirectory folder;
  SourceSettings settings;
  RoomUnderTest room{{320, 180, 30}};
};

TEST(RoomSource, IsSeenAndHeardLikeAnyoneElse) {
  Cinema cinema(test::colour("red", 3) + test::tone(440, 3));
  Guest& watcher = cinema.watch();
  Guest& blue = cinema.room.join(personOf(kAppearances[2]));
  cinema.room.room->addSource(cinema.settings);
  ASSERT_TRUE(runUntil([&] { return cinema.shows(watcher, kRed) && watcher.hears(440); }, 40s));
  EXPECT_EQ(cinema.room.sources.back().phase, SourcePhase::playing);
  EXPECT_TRUE(runUntil([&] { return watcher.hears(kAppearances[2].tone) && blue.hears(440); }));
  EXPECT_EQ(cinema.room.picture.tiles.size(), 2U);
  EXPECT_TRUE(
      runUntil([&] { return cinema.room.levels.contains(kFilm) && cinema.room.levels[kFilm].speaking; }));

  PeerUpdate update;
  update.participant = kFilm;
  update.muted = true;
  cinema.room.room->updatePeer(update);
  EXPECT_TRUE(runUntil([&] { return !watcher.hears(440); }));
  EXPECT_TRUE(cinema.shows(watcher, kRed));

  cinema.room.room->removeSource(kFilm);
  EXPECT_TRUE(runUntil([&] { return !cinema.tile(); }));
  EXPECT_TRUE(cinema.room.failures.empty());
}

TEST(RoomSource, KeepsItsLipsInTheMix) {
  Cinema cinema(test::flashesAndBeeps(4));
  auto flashes = std::make_shared<test::Onsets>();
  auto beeps = std::make_shared<test::Onsets>();
  Guest& watcher = cinema.watch();
  watcher.client->video.onFrame = [flashes](const mix::VideoFrame& frame) {
    flashes->look(test::middleOf(frame).y > 120, frame.captured);
  };
  watcher.client->audio.onSamples = [beeps](std::span<const std::int16_t> samples, mix::Nanos time) {
    beeps->listen(samples, time);
  };
  cinema.room.room->addSource(cinema.settings);
  // By the median of the last ones: a busy machine delays single ones, and the watcher needs sender reports.
  const auto together = [&] {
    auto later = test::soundLater(*flashes, *beeps);
    if (later.size() < 2 * kFlashesJudged) return false;
    const auto middle = later.end() - (kFlashesJudged + 1) / 2;
    std::sort(later.end() - kFlashesJudged, later.end());
    return std::chrono::abs(*middle) <= kLipTolerance;
  };
  const bool met = runUntil(together, 60s);
  std::string all;
  for (const mix::Nanos one : test::soundLater(*flashes, *beeps)) all += fmt::format(" {}", one / 1ms);
  EXPECT_TRUE(met) << "sound later by (ms):" << all;
}

TEST(RoomSource, ShowsInitialsWhenItDoesNotPlay) {
  Cinema cinema(test::colour("red", 1));
  cinema.settings.loop = false;
  Guest& watcher = cinema.watch();
  cinema.room.room->addSource(cinema.settings);
  ASSERT_TRUE(runUntil([&] { return cinema.shows(watcher, kRed); }, 40s));
  const auto ended = [&] {
    return std::ranges::find(cinema.room.sources, SourcePhase::ended, &SourceStatus::phase) !=
           cinema.room.sources.end();
  };
  ASSERT_TRUE(runUntil(ended));
  EXPECT_TRUE(runUntil([&] { return cinema.tile() && !cinema.shows(watcher, kRed); }));
}

TEST(RoomSource, IsRefusedWithAReason) {
  Cinema cinema(test::colour("red", 1));
  cinema.settings.url = "http://127.0.0.1/film.mp4";
  cinema.room.room->addSource(cinema.settings);
  ASSERT_TRUE(runUntil([&] { return !cinema.room.sources.empty(); }));
  EXPECT_EQ(cinema.room.sources.back().phase, SourcePhase::failed);
  EXPECT_EQ(cinema.room.sources.back().why.code, ErrorCode::unsupported);
  cinema.room.room->removeSource(kFilm);
  cinema.room.room->removeSource(ParticipantId{"nobody"});
}

}  // namespace
}  // namespace tessera
