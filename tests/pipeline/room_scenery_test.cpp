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
    const auto encoded =
        test::encodeClip(fmt::format("videotestsrc num-buffers=1 pattern=solid-color foreground-color={} ! "
                                     "video/x-raw,format=RGB,width={},height={} ! pngenc",
                                     argb, width, height));
    GstMapInfo map;
    EXPECT_TRUE(gst_buffer_map(encoded.front().get(), &map, GST_MAP_READ));
    const auto path = folder_ / name;
    std::ofstream(path, std::ios::binary).write(reinterpret_cast<char*>(map.data), map.size);
    gst_buffer_unmap(encoded.front().get(), &map);
    return path;
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

}  // namespace
}  // namespace tessera
