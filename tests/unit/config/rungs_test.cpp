// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsing.h"

// The rungs that a room's picture is encoded on.

namespace tessera::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string rung(int height, int fps, int kbps) {
  return fmt::format("[[rung]]\nheight = {}\nfps = {}\nkbps = {}\n", height, fps, kbps);
}

Room roomOf(int width, int height, int fps, int kbps = 1500) {
  Room room;
  room.canvas = {width, height, fps};
  room.videoKbps = kbps;
  return room;
}

TEST(ConfigRung, TheUsualOnesAreTheCanvasAndWhatIsLower) {
  EXPECT_THAT(ladderOf(roomOf(1280, 720, 30)),
              ElementsAre(RungSpec{720, 30, 1500, 500}, RungSpec{360, 30, 500, 166},
                          RungSpec{180, 15, 150, 50}, RungSpec{180, 0, 40, 13}));
  EXPECT_THAT(ladderOf(roomOf(1920, 1080, 25, 4000)),
              ElementsAre(RungSpec{1080, 25, 4000, 1333}, RungSpec{720, 25, 1500, 500},
                          RungSpec{360, 25, 500, 166}, RungSpec{180, 15, 150, 50}, RungSpec{180, 0, 40, 13}));
  EXPECT_THAT(ladderOf(roomOf(640, 360, 10, 400)),
              ElementsAre(RungSpec{360, 10, 400, 133}, RungSpec{180, 10, 150, 50}, RungSpec{180, 0, 40, 13}));
  EXPECT_THAT(ladderOf(roomOf(160, 120, 15, 100)),
              ElementsAre(RungSpec{120, 15, 100, 33}, RungSpec{120, 0, 40, 13}));
  EXPECT_THAT(ladderOf(roomOf(720, 1280, 30)),
              ElementsAre(RungSpec{1280, 30, 1500, 500}, RungSpec{640, 30, 500, 166},
                          RungSpec{320, 15, 150, 50}, RungSpec{320, 0, 40, 13}))
      << "the same when the canvas stands upright";
}

TEST(ConfigRung, TheUsualOnesAlwaysGoDown) {
  for (const int kbps : {50, 60, 300, 1500, 50'000})
    for (const int height : {120, 180, 360, 400, 720, 1440, 3840}) {
      const auto rungs = ladderOf(roomOf(3840, height, 60, kbps));
      EXPECT_EQ(accepted(describe([&] {
                  Settings settings;
                  settings.room = roomOf(3840, height, 60, kbps);
                  return settings;
                }()))
                    .room.rungs,
                rungs)
          << height << " at " << kbps << ": what is shown can be read again";
    }
}

TEST(ConfigRung, IsReadAsItIs) {
  const Settings s = accepted(rung(540, 25, 900) + "min_kbps = 300\n" + rung(540, 10, 200) + rung(90, 0, 1));
  EXPECT_THAT(s.room.rungs,
              ElementsAre(RungSpec{540, 25, 900, 300}, RungSpec{540, 10, 200, 66}, RungSpec{90, 0, 1, 1}));
  EXPECT_EQ(ladderOf(s.room), s.room.rungs);
}

TEST(ConfigRung, SaysWhatWasExpected) {
  EXPECT_EQ(refused(rung(361, 30, 500)),
            "t.toml:2:1: rung.height: expected an even integer from 16 to 3840, got 361");
  EXPECT_EQ(refused(rung(360, 61, 500)), "t.toml:3:1: rung.fps: expected an integer from 0 to 60, got 61");
  EXPECT_EQ(refused(rung(360, 30, 0)), "t.toml:4:1: rung.kbps: expected an integer from 1 to 50000, got 0");
  EXPECT_EQ(refused(rung(360, 30, 500) + "min_kbps = 501"),
            "t.toml:1:1: rung.min_kbps: expected at most kbps (500), got 501");
  EXPECT_EQ(refused(rung(360, 30, 500) + "minkbps = 100"),
            "t.toml:5:1: unknown key rung.minkbps; did you mean rung.min_kbps?");
  EXPECT_EQ(refused("[[rung]]\nheight = 360\nfps = 30"), "t.toml:1:1: rung.kbps: is missing");
  EXPECT_EQ(refused(rung(360, 30, 500) + "[rung.a]\nb = 1"), "t.toml:6:1: unknown key rung.a.b");
  EXPECT_EQ(refused(rung(360, 30, 500) + "[[rung.a]]\nb = 1"), "t.toml:5:1: unknown key rung.a");
  EXPECT_EQ(refused("[rung]\nheight = 360"),
            "t.toml:2:1: rung: expected to be written as [[rung]], one for each");
  EXPECT_EQ(refused("[[rnug]]\nheight = 360"), "t.toml:1:1: unknown key rnug; did you mean rung?");
}

TEST(ConfigRung, EachIsLessThanTheOneBefore) {
  EXPECT_EQ(refused(rung(720, 0, 500)), "t.toml:1:1: rung.fps: expected 1 or more in the first one");
  constexpr auto kLess =
      "t.toml:5:1: rung: expected less than in the one before: of kbps, and of height or fps or both";
  EXPECT_EQ(refused(rung(360, 30, 500) + rung(720, 30, 400)), kLess);
  EXPECT_EQ(refused(rung(360, 15, 500) + rung(180, 30, 400)), kLess);
  EXPECT_EQ(refused(rung(360, 30, 500) + rung(360, 30, 400)), kLess);
  EXPECT_EQ(refused(rung(360, 30, 500) + rung(180, 15, 500)), kLess);
  std::string nine;
  for (int i = 0; i < 9; ++i) nine += rung(1000 - 2 * i, 30, 900 - i);
  EXPECT_EQ(refused(nine), "t.toml:33:1: rung: expected at most 8 of them");
}

TEST(ConfigRung, ATemplateReplacesThemAll) {
  const Settings s = accepted(rung(720, 30, 1500) + rung(360, 30, 500) + R"([[template]]
name = "small"
[[template.rung]]
height = 240
fps = 15
kbps = 200
[[template]]
name = "other"
room.max_height = 360
)");
  EXPECT_THAT(templateFor(s, {"x"}, "small")->room.rungs, ElementsAre(RungSpec{240, 15, 200, 66}));
  EXPECT_EQ(templateFor(s, {"x"}, "other")->room.rungs, s.room.rungs);
  EXPECT_EQ(templateFor(s, {"x"}, "other")->room.maxHeight, 360);
  const std::string shown = describe(s);
  EXPECT_THAT(shown, HasSubstr("[[template.rung]]\nheight = 240\n"));
  EXPECT_EQ(describe(accepted(shown)), shown);
  EXPECT_EQ(refused("[[template]]\nname = \"a\"\n[[template.rung]]\nheight = 1\nfps = 1\nkbps = 1"),
            "t.toml:4:1: template.rung.height: expected an even integer from 16 to 3840, got 1");
  EXPECT_EQ(refused("[[template]]\nname = \"a\"\n[[template.rong]]\nheight = 1"),
            "t.toml:3:1: unknown key template.rong; did you mean template.rung?");
}

TEST(ConfigRoom, CapAndPreferenceAreRead) {
  const Room room = accepted("[room]\nmax_height = 480\nprefer = \"hardware\"").room;
  EXPECT_EQ(room.maxHeight, 480);
  EXPECT_EQ(room.prefer, PreferCodec::hardware);
  EXPECT_EQ(refused("[room]\nprefer = \"speed\""),
            "t.toml:2:1: room.prefer: expected one of \"shared\", \"hardware\", got \"speed\"");
}

}  // namespace
}  // namespace tessera::config
