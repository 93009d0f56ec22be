// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "pipelines/draw/labels.h"
#include "room_people.h"

// What surrounds the people in a receiver's picture, and what a room does without.

namespace tessera {
namespace {

using test::Guest;
using test::kAppearances;
using test::near;
using test::personOf;
using test::RoomUnderTest;
using test::runUntil;
using test::yuvOf;

constexpr CanvasSettings kCanvas{640, 360, 15};
constexpr unsigned kBlueish = 0xff1e5a96;
constexpr unsigned kOrange = 0xffe08020;

std::string writePng(const std::filesystem::path& path, unsigned argb, int width, int height) {
  const auto encoded =
      test::encodeClip(fmt::format("videotestsrc num-buffers=1 pattern=solid-color foreground-color={} ! "
                                   "video/x-raw,format=RGB,width={},height={} ! pngenc",
                                   argb, width, height));
  GstMapInfo map;
  EXPECT_TRUE(gst_buffer_map(encoded.front().get(), &map, GST_MAP_READ));
  std::ofstream(path, std::ios::binary).write(reinterpret_cast<char*>(map.data), map.size);
  gst_buffer_unmap(encoded.front().get(), &map);
  return path;
}

class RoomSceneryTest : public testing::Test {
 protected:
  RoomSceneryTest()
      : folder_(std::filesystem::temp_directory_path() / fmt::format("tessera-scenery-{}", getpid())) {
    std::filesystem::create_directories(folder_);
    settings_.look.background = {30, 90, 150};
    settings_.look.gap = 20;
  }
  ~RoomSceneryTest() override { std::filesystem::remove_all(folder_); }

  std::string makePng(const char* name, unsigned argb, int width, int height) {
    return writePng(folder_ / name, argb, width, height);
  }

  // Two people, so that there is a gap around them.
  void open() {
    room_.emplace(settings_);
    viewer_ = &room_->join(personOf(kAppearances[0]));
    room_->join(personOf(kAppearances[1]));
    ASSERT_TRUE(runUntil([&] {
      const Tile* tile = room_->tileOf(*viewer_);
      return tile && near(viewer_->screen->colourIn(*tile), yuvOf(kAppearances[0].argb));
    }));
  }
  // The canvas' upper left corner, and the middle of a logo in its default corner.
  test::Yuv background() const { return viewer_->screen->colourOf({4, 4, 200, 12}); }
  test::Yuv logo() const { return viewer_->screen->colourOf({kCanvas.width - 40, 24, 8, 8}); }

  const std::filesystem::path folder_;
  RoomSettings settings_ = RoomUnderTest::settingsFor(kCanvas);
  std::optional<RoomUnderTest> room_;
  Guest* viewer_ = nullptr;
};

TEST_F(RoomSceneryTest, anImageLiesBehindAndALogoOver) {
  settings_.look.backgroundImage = makePng("background.png", kOrange, 320, 240);
  settings_.look.logo = makePng("logo.png", 0xffffffff, 200, 100);
  settings_.look.logoPercent = 20;
  open();
  EXPECT_TRUE(runUntil([&] { return near(background(), yuvOf(kOrange)); })) << background().y;
  EXPECT_TRUE(runUntil([&] { return logo().y > 200; })) << logo().y;
}

TEST_F(RoomSceneryTest, aRoomGoesOnWithoutFilesThatCannotBeRead) {
  std::ofstream(folder_ / "broken.png") << "not a picture";
  settings_.look.backgroundImage = folder_ / "broken.png";
  settings_.look.logo = folder_ / "missing.png";
  open();
  EXPECT_TRUE(runUntil([&] { return near(background(), yuvOf(kBlueish)); })) << background().y;
  EXPECT_TRUE(room_->failures.empty());
}

TEST_F(RoomSceneryTest, moreThanTilesAreCounted) {
  settings_.look.maxTiles = 2;
  open();
  for (const std::size_t who : {2U, 3U}) {
    auto person = personOf(kAppearances[who]);
    person.options.sendsVideo = person.options.sendsAudio = false;
    person.cameraOff = true;
    room_->join(person);
  }
  EXPECT_TRUE(runUntil([&] { return room_->picture.more == 3; })) << room_->picture.more;
  EXPECT_EQ(room_->picture.tiles.size(), 1U);
}

// Who stops sending is shown by the avatar, which is drawn when it is needed.
TEST_F(RoomSceneryTest, theAvatarComesWhenFramesStop) {
  open();
  Guest& other = room_->guests.back();
  const auto seen = [&] { return viewer_->screen->colourIn(*room_->tileOf(other)); };
  ASSERT_TRUE(runUntil([&] { return room_->allConnected() && near(seen(), yuvOf(other.options.argb)); }));
  const Tile& tile = *room_->tileOf(other);
  test::Screen avatar;
  avatar.show(*draw::renderAvatar(other.settings.name, tile.participant.value, tile.width, tile.height,
                                  settings_.look.highContrast));
  const test::Yuv expected = avatar.colourIn({{}, {}, 0, 0, tile.width, tile.height});
  other.client->stop();
  EXPECT_TRUE(runUntil([&] { return near(seen(), expected); })) << seen().y << " for " << expected.y;
}

TEST(RoomAvatars, areNotDrawnForWhomAPictureComes) {
  ScenePlanner planner{Look{}, kCanvas};
  Scene scene;
  scene.tiles.emplace_back().id = {"ada"};
  scene.tiles.front().rect = {0, 0, 320, 180};
  Sitter ada;
  ada.id = {"ada"};
  ada.name = "Ada";
  const auto hasAvatar = [&](bool cameraOn, bool framesCome) {
    ada.cameraOn = cameraOn;
    ada.framesCome = framesCome;
    return planner.plan(scene, {ada}, kCanvas).plan.tiles.at(0).avatar != nullptr;
  };
  EXPECT_TRUE(hasAvatar(true, false));
  EXPECT_FALSE(hasAvatar(true, true));
  EXPECT_TRUE(hasAvatar(false, true));
  EXPECT_TRUE(hasAvatar(false, false));
}

// Two people side by side on top of the canvas; the first with a short tile, whose label is high up.
class RecordingMark : public testing::Test {
 protected:
  mix::VideoPlan plan(bool recording, const CanvasSettings& canvas = kCanvas) {
    ScenePlanner planner{look_, canvas};
    planner.setRecording(recording);
    Scene scene;
    std::vector<Sitter> sitters;
    for (const int who : {0, 1}) {
      scene.tiles.emplace_back().id = {std::to_string(who)};
      scene.tiles.back().rect = {who * canvas.width / 2, 0, canvas.width / 2,
                                 who == 0 ? firstHeight_ : canvas.height};
      sitters.emplace_back().id = scene.tiles.back().id;
      sitters.back().name = "Ada Lovelace";
    }
    return planner.plan(scene, sitters, canvas).plan;
  }
  mix::PlacedOverlay mark(const CanvasSettings& canvas = kCanvas) {
    const auto overlays = plan(true, canvas).overlays;
    EXPECT_FALSE(overlays.empty());
    return overlays.empty() ? mix::PlacedOverlay{} : overlays.back();
  }
  Look look_;
  int firstHeight_ = kCanvas.height;
};

TEST_F(RecordingMark, isThereWhileARoomIsRecorded) {
  EXPECT_TRUE(plan(false).overlays.empty());
  EXPECT_EQ(plan(true).overlays.size(), 1U);
  EXPECT_EQ(mark().anchor, mix::Anchor::topLeft);
  look_.recordingMark = false;
  EXPECT_TRUE(plan(true).overlays.empty());
}

TEST_F(RecordingMark, keepsClearOfLabels) {
  firstHeight_ = 32;
  EXPECT_EQ(mark().anchor, mix::Anchor::topRight);
}

TEST_F(RecordingMark, keepsClearOfTheLogo) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("tessera-mark-{}.png", getpid());
  look_.logo = writePng(file, kOrange, 64, 64);
  EXPECT_EQ(mark().anchor, mix::Anchor::topLeft);
  look_.logoCorner = Corner::topLeft;
  EXPECT_EQ(mark().anchor, mix::Anchor::topRight);
  std::filesystem::remove(file);
}

TEST_F(RecordingMark, scalesWithTheCanvas) {
  const auto small = mark(), large = mark({1920, 1080, 30});
  EXPECT_GT(large.overlay->frame.height, 2 * small.overlay->frame.height * 9 / 10);
  EXPECT_GT(large.x, 2 * small.x);
}

}  // namespace
}  // namespace tessera
