// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "parsing.h"

// Templates, layouts of one's own, and what else a room's picture is configured by.

namespace tessera::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string templateOf(const Settings& settings, const std::string& room, const std::string& name = {}) {
  const auto found = templateFor(settings, {room}, name);
  return found ? found->name : found.error().text;
}

constexpr std::string_view kPng = "\x89PNG\r\n\x1a\nrest";
constexpr std::string_view kJpeg = "\xff\xd8\xff\xe0rest";

TEST(ConfigPicture, SetsEveryKey) {
  const Files files;
  const std::string image = files.write("back.jpg", kJpeg), logo = files.write("logo.png", kPng);
  const Room room = accepted(fmt::format(R"(
[picture]
layout = "side-by-side"
speaker_above = 4
max_tiles = 16
fit = "fill"
gap = 0
corner_radius = 3
glide_ms = 0
background = "#FF0a7b"
background_image = "{}"
logo = "{}"
logo_corner = "bottom-left"
logo_percent = 25
names = false
high_contrast = true
[sound]
stereo = true
levelling = false
chimes = true
[screen]
second = "refuse"
)",
                                         image, logo))
                        .room;
  Look look;
  look.layout = LayoutKind::sideBySide;
  look.speakerAbove = 4;
  look.maxTiles = 16;
  look.fit = TileFit::fill;
  look.gap = 0;
  look.cornerRadius = 3;
  look.glideMs = 0;
  look.background = {255, 10, 123};
  look.backgroundImage = image;
  look.logo = logo;
  look.logoCorner = Corner::bottomLeft;
  look.logoPercent = 25;
  look.names = false;
  look.highContrast = true;
  EXPECT_EQ(room.look, look);
  EXPECT_EQ(room.sound, (SoundSettings{true, false, true}));
  EXPECT_EQ(room.secondScreen, SecondScreen::refuse);
}

TEST(ConfigPicture, DefaultsAreThoseOfTheRoom) {
  const Room room = accepted("").room;
  EXPECT_EQ(room.look, Look{});
  EXPECT_EQ(room.sound, SoundSettings{});
}

TEST(ConfigPicture, SaysWhatWasExpected) {
  for (const auto* colour : {"red", "#12345", "#1234567", "#12345g", "#-12345", "#+1234f", "123456"})
    EXPECT_EQ(
        refused(fmt::format("[picture]\nbackground = \"{}\"", colour)),
        fmt::format("t.toml:2:1: picture.background: expected a colour as \"#rrggbb\", got \"{}\"", colour));
  EXPECT_EQ(refused("[screen]\nsecond = \"both\""),
            "t.toml:2:1: screen.second: expected one of \"take-over\", \"refuse\", got \"both\"");
  EXPECT_EQ(refused("[picture]\nmax_tiles = 50"),
            "t.toml:2:1: picture.max_tiles: expected an integer from 1 to 49, got 50");
  EXPECT_EQ(refused("[picture]\nlogo_cornr = \"top-left\""),
            "t.toml:2:1: unknown key picture.logo_cornr; did you mean picture.logo_corner?");
  EXPECT_EQ(refused("[picture]\nlayout = \"Mosaic\""),
            "t.toml:2:1: picture.layout: expected one of \"auto\", \"grid\", \"speaker\", \"spotlight\", "
            "\"presentation\", \"side-by-side\" or the name of a [[layout]], got \"Mosaic\"");
}

TEST(ConfigPicture, TheCanvasMayStandUpright) {
  EXPECT_EQ(accepted("[room]\nwidth = 1080\nheight = 1920").room.canvas, (CanvasSettings{1080, 1920, 30}));
}

TEST(ConfigImage, MustBeOneThatCanBeRead) {
  const Files files;
  const std::string png = files.write("a", kPng), jpeg = files.write("b", kJpeg),
                    gif = files.write("c", "GIF89a");
  accepted(fmt::format("[picture]\nbackground_image = \"{}\"\nlogo = \"{}\"", png, png));
  accepted(fmt::format("[picture]\nbackground_image = \"{}\"\nlogo = \"\"", jpeg));
  EXPECT_EQ(refused(fmt::format("[picture]\nlogo = \"{}\"", jpeg)),
            fmt::format("t.toml:2:1: picture.logo: {} is not a PNG file", jpeg));
  EXPECT_EQ(refused(fmt::format("[picture]\nbackground_image = \"{}\"", gif)),
            fmt::format("t.toml:2:1: picture.background_image: {} is not a PNG or JPEG file", gif));
  EXPECT_EQ(refused(fmt::format("[picture]\nlogo = \"{}\"", files.directory())),
            fmt::format("t.toml:2:1: picture.logo: {} is not a PNG file", files.directory()));
  EXPECT_EQ(refused("[picture]\nlogo = \"/nonexistent.png\""),
            "t.toml:2:1: picture.logo: /nonexistent.png: No such file or directory");
  EXPECT_EQ(refused("[[template]]\nname = \"a\"\npicture.logo = \"/nonexistent.png\""),
            "t.toml:3:9: picture.logo: /nonexistent.png: No such file or directory");
}

// ---- layouts

constexpr std::string_view kStage = R"([[layout]]
name = "stage"
regions = [
  { x = 0, y = 0.0, width = 0.75, height = 1, who = "screen", fit = "fit" },
  { x = 0.75, y = 0.5, width = 0.25, height = 0.5, who = "recent", nth = 2 },
]
)";

TEST(ConfigLayout, IsReadAsItIs) {
  const Settings s = accepted(std::string(kStage) + "[picture]\nlayout = \"stage\"\n");
  const CustomLayout stage{"stage",
                           {{0, 0, 0.75, 1, RegionRule::screen, 1, TileFit::fit},
                            {0.75, 0.5, 0.25, 0.5, RegionRule::recent, 2, TileFit::smart}}};
  EXPECT_THAT(s.room.look.customLayouts, ElementsAre(stage));
  EXPECT_EQ(s.room.look.layout, LayoutKind::custom);
  EXPECT_EQ(s.room.look.customLayout, "stage");
  EXPECT_EQ(templateFor(s, {"x"}, "music")->room.look.customLayouts.size(), 1u) << "in every template";
}

TEST(ConfigLayout, MustBeThereToBeChosen) {
  EXPECT_EQ(refused("[picture]\nlayout = \"stage\""), "t.toml:2:1: picture.layout: there is no layout stage");
  EXPECT_EQ(refused("[[template]]\nname = \"a\"\n[template.picture]\nlayout = \"stage\""),
            "t.toml:4:1: picture.layout: there is no layout stage");
  EXPECT_THAT(parse("", "t.toml", {{"TESSERA_PICTURE_LAYOUT", "stage"}}).error().text,
              HasSubstr("TESSERA_PICTURE_LAYOUT: picture.layout: there is no layout stage"));
}

std::string withRegion(const std::string& region) {
  return refused("[[layout]]\nname = \"a\"\nregions = [\n  {" + region + "}\n]");
}

TEST(ConfigLayout, PlacesWhatIsWrongInARegion) {
  EXPECT_EQ(withRegion("x = -0.1, y = 0, width = 1, height = 1, who = \"speaker\""),
            "t.toml:4:4: layout.regions.x: expected a number from 0 to 1, got a number with a fraction");
  EXPECT_EQ(withRegion("x = 0, y = nan, width = 1, height = 1, who = \"speaker\""),
            "t.toml:4:11: layout.regions.y: expected a number from 0 to 1, got a number with a fraction");
  EXPECT_EQ(withRegion("x = 0, y = 0, width = 0, height = 1, who = \"speaker\""),
            "t.toml:4:18: layout.regions.width: expected a number above 0, at most 1, got 0");
  EXPECT_EQ(
      withRegion("x = 0.5, y = 0, width = 0.6, height = 1, who = \"speaker\""),
      "t.toml:4:3: layout.regions: expected a region inside the canvas: x + width and y + height at most 1");
  EXPECT_EQ(withRegion("x = 0, y = 0, width = 1, height = 1"), "t.toml:4:3: layout.regions.who: is missing");
  EXPECT_EQ(
      withRegion("x = 0, y = 0, width = 1, height = 1, who = \"me\""),
      "t.toml:4:41: layout.regions.who: expected one of \"pinned\", \"speaker\", \"recent\", \"screen\", "
      "\"presenter\", got \"me\"");
  EXPECT_EQ(withRegion("x = 0, y = 0, width = 1, height = 1, who = \"pinned\", nht = 2"),
            "t.toml:4:57: unknown key layout.regions.nht; did you mean layout.regions.nth?");
  EXPECT_EQ(withRegion("x = 0, y = 0, width = 1, height = 1, who = \"pinned\", nth = 0"),
            "t.toml:4:57: layout.regions.nth: expected an integer from 1 to 49, got 0");
  EXPECT_EQ(withRegion("x = 0, y = 0, width = 1, height = 1, who = \"pinned\", fit = \"crop\""),
            "t.toml:4:57: layout.regions.fit: expected one of \"fill\", \"fit\", \"smart\", got \"crop\"");
}

TEST(ConfigLayout, ThreeThirdsAreAWhole) {
  accepted(
      "[[layout]]\nname = \"a\"\nregions = [{ x = 0.666667, y = 0, width = 0.333333, height = 1, who = "
      "\"speaker\" }]");
}

TEST(ConfigLayout, SaysWhatElseIsWrong) {
  EXPECT_EQ(refused("[[layout]]\nname = \"a\""),
            "t.toml:1:1: layout.regions: expected 1 to 49 regions, got 0");
  EXPECT_THAT(
      refused("[[layout]]\nname = \"a\"\nregions = [1]"),
      HasSubstr("t.toml:3:1: layout.regions: expected an array of { x, y, width, height, who }, got an "
                "array with an integer"));
  for (const auto* name : {"", "Stage", "a b", "grid", "auto", "custom"})
    EXPECT_THAT(
        refused(fmt::format("[[layout]]\nname = \"{}\"\nregions = []", name)),
        HasSubstr(fmt::format("t.toml:2:1: layout.name: expected 1 to 32 of a-z 0-9 - _ that are not the "
                              "name of another layout, got \"{}\"",
                              name)));
  EXPECT_EQ(refused(std::string(kStage) + std::string(kStage)),
            "t.toml:7:1: layout.name: there are two of the name stage");
  EXPECT_THAT(refused(std::string(kStage) + "nmae = 1"), HasSubstr("unknown key layout.nmae; did you mean"));
  EXPECT_THAT(refused(std::string(kStage) + "[[layout.extra]]\na = 1"),
              HasSubstr("unknown key layout.extra"));
  EXPECT_THAT(refused(std::string(kStage) + "[layout.extra]\na = 1"),
              HasSubstr("unknown key layout.extra.a"));
  EXPECT_EQ(refused("[layout]\nname = \"a\""),
            "t.toml:2:1: layout: expected to be written as [[layout]], one for each");
  EXPECT_EQ(refused("template = []"),
            "t.toml:1:1: template: expected to be written as [[template]], one for each");
  EXPECT_EQ(refused("[[layuot]]\nname = \"a\""), "t.toml:1:1: unknown key layuot; did you mean layout?");
}

TEST(ConfigLayout, HasALimit) {
  std::string toml;
  for (std::size_t i = 0; i <= kMaxCustomLayouts; ++i)
    toml += fmt::format(
        "[[layout]]\nname = \"a{}\"\nregions = [{{ x = 0, y = 0, width = 1, height = 1, who = \"speaker\" "
        "}}]\n",
        i);
  EXPECT_EQ(refused(toml), "layout: expected at most 16 layouts, got 17");
}

// ---- templates

TEST(ConfigTemplate, DiffersInWhatItSays) {
  const Settings s = accepted(R"(
[room]
fps = 25
width = 640
[[template]]
name = "small"
rooms = ["tiny-*", "room?"]
room.width = 320
sound.chimes = true
[template.picture]
layout = "speaker"
[[template]]
name = "other"
)",
                              {{"TESSERA_ROOM_HEIGHT", "480"}});
  ASSERT_EQ(s.templates.size(), 3u);
  const Template& small = s.templates[0];
  EXPECT_EQ(small.name, "small");
  EXPECT_EQ(small.room.canvas, (CanvasSettings{320, 480, 25}))
      << "the rest is as in [room] and the environment";
  EXPECT_TRUE(small.room.sound.chimes);
  EXPECT_EQ(small.room.look.layout, LayoutKind::speaker);
  EXPECT_EQ(s.templates[1].room.canvas, s.room.canvas);
  EXPECT_FALSE(s.templates[1].room.sound.chimes);
  EXPECT_EQ(s.room.look.layout, LayoutKind::automatic);
}

TEST(ConfigTemplate, IsFoundByPatternOrName) {
  const Settings s = accepted(R"(
[[template]]
name = "first"
rooms = ["a*", "b?"]
[[template]]
name = "second"
rooms = ["*z"]
)");
  EXPECT_EQ(templateOf(s, "a"), "first");
  EXPECT_EQ(templateOf(s, "abcz"), "first") << "the first that fits";
  EXPECT_EQ(templateOf(s, "bz"), "first");
  EXPECT_EQ(templateOf(s, "bcz"), "second");
  EXPECT_EQ(templateOf(s, "bc"), "first");
  EXPECT_EQ(templateOf(s, "bcd"), "");
  EXPECT_EQ(templateOf(s, "bcd", "second"), "second");
  EXPECT_EQ(templateOf(s, "a", "second"), "second");
  EXPECT_EQ(templateOf(s, "a", "third"), "template: there is no third here, only first, second, music");
}

TEST(ConfigTemplate, MusicIsThereAndMayBeReplaced) {
  const Template music = templateFor(accepted("[room]\nfps = 10"), {"x"}, "music").value();
  EXPECT_EQ(music.room.audioKbps, 128);
  EXPECT_TRUE(music.room.sound.stereo);
  EXPECT_FALSE(music.room.sound.levelling);
  EXPECT_EQ(music.room.canvas.fps, 10);
  const Settings own =
      accepted("[[template]]\nname = \"music\"\nrooms = [\"concert\"]\nroom.audio_kbps = 256");
  EXPECT_EQ(own.templates.size(), 1u);
  EXPECT_EQ(templateFor(own, {"concert"}, "")->room.audioKbps, 256);
  EXPECT_FALSE(templateFor(own, {"concert"}, "")->room.sound.stereo) << "replaced as a whole";
}

TEST(ConfigTemplate, ErrorsAreAsGoodAsElsewhere) {
  EXPECT_EQ(refused("[[template]]\nname = \"a\"\nroom.fps = 61"),
            "t.toml:3:6: room.fps: expected an integer from 1 to 60, got 61");
  EXPECT_EQ(refused("[[template]]\nname = \"a\"\nsound.sterio = true"),
            "t.toml:3:7: unknown key sound.sterio; did you mean sound.stereo?");
  EXPECT_THAT(refused("[[template]]\nname = \"a\"\nlog.level = \"warn\""),
              HasSubstr("unknown key log.level"));
  EXPECT_EQ(refused("[[template]]\nname = \"a\"\nfps = 30"),
            "t.toml:3:1: unknown key template.fps; did you mean room.fps?");
  EXPECT_EQ(refused("[[template]]\nrooms = []"), "t.toml:1:1: template.name: is missing");
  EXPECT_EQ(refused("[[template]]\nname = \"A\""),
            "t.toml:2:1: template.name: expected 1 to 32 of a-z 0-9 - _, got \"A\"");
  EXPECT_EQ(refused("[[template]]\nname = \"a\"\nroms = []"),
            "t.toml:3:1: unknown key template.roms; did you mean template.rooms?");
  EXPECT_EQ(
      refused("[[template]]\nname = \"a\"\nrooms = [\"Hall\"]"),
      "t.toml:3:1: template.rooms: expected an array of names of rooms, in which * stands for any characters "
      "and ? for one, got [\"Hall\"]");
  EXPECT_EQ(refused("[[template]]\nname = \"a\"\n[[template]]\nname = \"a\""),
            "t.toml:3:1: template.name: there are two of the name a");
  EXPECT_EQ(refused("[[template]]\nname = \"a\"\n[[template.x]]\nname = \"a\""),
            "t.toml:3:1: unknown key template.x");
}

TEST(ConfigTemplate, DescriptionReadsBackTheSame) {
  const Settings s = accepted(std::string(kStage) +
                              "[[template]]\nname = \"a\"\nrooms = [\"x*\"]\nroom.fps = 7\n"
                              "picture.layout = \"stage\"\npicture.background = \"#010203\"\n");
  const std::string shown = describe(s);
  EXPECT_THAT(shown, HasSubstr("[[template]]\nname = \"a\"\nrooms = [\"x*\"]\nroom.fps = 7\npicture.layout = "
                               "\"stage\"\npicture.background = \"#010203\"\n"));
  EXPECT_EQ(describe(accepted(shown)), shown);
}

}  // namespace
}  // namespace tessera::config
