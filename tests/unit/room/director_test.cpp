// SPDX-License-Identifier: Apache-2.0
#include "room/director.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace tessera {
namespace {

using Kind = SceneTile::Kind;

constexpr CanvasSettings kCanvas{1280, 720, 30};

// People are called a, b, c … in the order of joining.
std::vector<ScenePerson> people(int count) {
  std::vector<ScenePerson> result(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    result[static_cast<std::size_t>(i)].id.value = std::string(1, static_cast<char>('a' + i));
  }
  return result;
}

ScenePerson& at(std::vector<ScenePerson>& people, char name) {
  return *std::ranges::find(people, std::string(1, name), [](const ScenePerson& p) { return p.id.value; });
}

void remove(std::vector<ScenePerson>& people, char name) {
  std::erase_if(people, [&](const ScenePerson& p) { return p.id.value == std::string(1, name); });
}

// Of each tile in order: the person, "A" for the screen of a, "+7".
std::string shown(const Scene& scene) {
  std::string result;
  for (const SceneTile& tile : scene.tiles) {
    if (!result.empty()) result += ' ';
    if (tile.kind == Kind::more) result += '+' + std::to_string(tile.more);
    if (tile.kind == Kind::person) result += tile.id.value;
    if (tile.kind == Kind::screen) result += static_cast<char>(tile.id.value[0] - 'a' + 'A');
  }
  return result;
}

class DirectorTest : public testing::Test {
 protected:
  Look look;
  std::vector<ScenePerson> here;
  std::string speaker;
  std::uint64_t turns = 0;

  Scene stage() { return director().stage(here, {speaker}); }
  std::string seen() { return shown(stage()); }
  void choose(LayoutKind kind, const std::string& pinned = {}, const std::string& custom = {}) {
    LayoutChoice choice{kind, custom, {}};
    for (const char name : pinned) choice.pinned.push_back({std::string(1, name)});
    director().choose(choice);
  }
  void speaks(char name) {
    speaker = std::string(1, name);
    at(here, name).lastSpoke = ++turns;
  }
  Director& director() {
    if (!director_) director_.emplace(kCanvas, look);
    return *director_;
  }

 private:
  std::optional<Director> director_;
};

TEST_F(DirectorTest, NobodyIsNoTile) {
  for (const LayoutKind kind :
       {LayoutKind::automatic, LayoutKind::grid, LayoutKind::speaker, LayoutKind::spotlight,
        LayoutKind::presentation, LayoutKind::sideBySide, LayoutKind::custom}) {
    choose(kind);
    EXPECT_TRUE(stage().tiles.empty());
    EXPECT_NE(stage().kind, LayoutKind::automatic);
  }
}

TEST_F(DirectorTest, OneFillsTheCanvasInEachLayout) {
  here = people(1);
  for (const LayoutKind kind : {LayoutKind::automatic, LayoutKind::grid, LayoutKind::speaker,
                                LayoutKind::spotlight, LayoutKind::presentation, LayoutKind::sideBySide}) {
    choose(kind);
    const Scene scene = stage();
    EXPECT_EQ(shown(scene), "a");
    EXPECT_EQ(scene.tiles[0].rect, (LayoutRect{0, 0, 1280, 720}));
  }
}

TEST_F(DirectorTest, GridIsInTheOrderOfJoining) {
  choose(LayoutKind::grid);
  here = people(5);
  EXPECT_EQ(seen(), "a b c d e");
  speaks('d');
  EXPECT_EQ(seen(), "a b c d e") << "who speaks does not move";
  remove(here, 'b');
  EXPECT_EQ(seen(), "a c d e");
  here.push_back({{"z"}});
  EXPECT_EQ(seen(), "a c d e z");
}

TEST_F(DirectorTest, PinnedComeFirstInTheGrid) {
  here = people(5);
  choose(LayoutKind::grid, "ec");
  EXPECT_EQ(seen(), "e c b d a") << "they change places with those who were there";
  choose(LayoutKind::grid);
  EXPECT_EQ(seen(), "e c b d a") << "and stay";
  choose(LayoutKind::grid, "xbxb");
  EXPECT_EQ(seen(), "b c e d a") << "the unknown and the repeated are ignored";
}

TEST_F(DirectorTest, MoreThanTilesAreCounted) {
  look.maxTiles = 4;
  choose(LayoutKind::grid);
  here = people(4);
  EXPECT_EQ(seen(), "a b c d");
  here = people(6);
  EXPECT_EQ(seen(), "a b c +3");
  EXPECT_EQ(stage().tiles.back().rect, stage().tiles[3].rect);
}

TEST_F(DirectorTest, WhoSpeaksTakesThePlaceOfTheOneHeardLongestAgo) {
  look.maxTiles = 4;
  choose(LayoutKind::grid);
  here = people(6);
  for (const char name : {'a', 'c', 'b'}) speaks(name);
  EXPECT_EQ(seen(), "a b c +3");
  speaks('f');
  EXPECT_EQ(seen(), "f b c +3");
  speaks('d');
  EXPECT_EQ(seen(), "f b d +3");
  speaks('f');
  speaks('c');
  EXPECT_EQ(seen(), "f c d +3");
  remove(here, 'f');
  EXPECT_EQ(seen(), "b c d +2") << "the one heard last of those who had no tile";
  choose(LayoutKind::grid, "a");
  EXPECT_EQ(seen(), "a c d +2") << "the pinned have a tile whether heard or not";
}

TEST_F(DirectorTest, WhoNeverSpokeKeepsTheirPlace) {
  look.maxTiles = 3;
  choose(LayoutKind::grid);
  here = people(5);
  std::ranges::reverse(here);
  EXPECT_EQ(seen(), "e d +3");
  std::ranges::reverse(here);
  EXPECT_EQ(seen(), "e d +3");
}

TEST_F(DirectorTest, OneTileIsAPersonNotACount) {
  look.maxTiles = 1;
  choose(LayoutKind::grid);
  here = people(3);
  EXPECT_EQ(seen(), "a");
  speaks('c');
  EXPECT_EQ(seen(), "c");
  choose(LayoutKind::speaker);
  EXPECT_EQ(seen(), "c");
}

TEST_F(DirectorTest, SpeakerIsLargeAndChangesPlaces) {
  choose(LayoutKind::speaker);
  here = people(4);
  EXPECT_EQ(seen(), "a b c d") << "before anybody spoke";
  speaks('c');
  EXPECT_EQ(seen(), "c b a d");
  speaks('d');
  EXPECT_EQ(seen(), "d b a c");
  const Scene scene = stage();
  EXPECT_GT(scene.tiles[0].rect.width, 3 * scene.tiles[1].rect.width);
  remove(here, 'd');
  speaker.clear();
  EXPECT_EQ(seen(), "b a c");
  choose(LayoutKind::speaker, "c");
  speaks('a');
  EXPECT_EQ(seen(), "c a b") << "the pinned stay large";
}

TEST_F(DirectorTest, SpeakerCountsWhomTheStripCannotHold) {
  choose(LayoutKind::speaker);
  here = people(20);
  EXPECT_EQ(seen(), "a b c d e f g h i j +10");
  speaks('t');
  EXPECT_EQ(seen(), "t b c d e f g h i a +10") << "who was large takes the place of the last in the strip";
  speaks('b');
  EXPECT_EQ(seen(), "b t c d e f g h i a +10");
}

TEST_F(DirectorTest, AutomaticIsGridThenSpeaker) {
  look.speakerAbove = 3;
  here = people(3);
  EXPECT_EQ(stage().kind, LayoutKind::grid);
  here = people(4);
  EXPECT_EQ(stage().kind, LayoutKind::speaker);
  at(here, 'b').sharing = true;
  EXPECT_EQ(stage().kind, LayoutKind::presentation);
  at(here, 'b').sharing = false;
  here = people(2);
  EXPECT_EQ(stage().kind, LayoutKind::grid);
}

TEST_F(DirectorTest, PresentationHasPresenterThenSpeakerBesideTheScreen) {
  here = people(4);
  at(here, 'c').sharing = true;
  EXPECT_EQ(seen(), "C c b a d");
  speaks('d');
  const Scene scene = stage();
  EXPECT_EQ(shown(scene), "C c d a b");
  EXPECT_EQ(scene.tiles[0].fit, TileFit::fit) << "nothing of a screen is cropped";
  EXPECT_NEAR(scene.tiles[0].rect.width * 9 / 16, scene.tiles[0].rect.height, 1);
  EXPECT_GT(scene.tiles[1].rect.x, scene.tiles[0].rect.x + scene.tiles[0].rect.width);
  speaks('c');
  EXPECT_EQ(seen(), "C c d a b") << "the one who spoke before stays";
  choose(LayoutKind::presentation, "b");
  EXPECT_EQ(seen(), "C c b a d");
}

TEST_F(DirectorTest, TheNewestScreenIsShown) {
  here = people(3);
  at(here, 'b').sharing = true;
  EXPECT_EQ(seen(), "B b a c");
  at(here, 'a').sharing = true;
  EXPECT_EQ(seen(), "A a b c") << "though it joined earlier";
  at(here, 'a').sharing = false;
  EXPECT_EQ(seen(), "B b a c");
  remove(here, 'b');
  EXPECT_EQ(seen(), "a c");
}

TEST_F(DirectorTest, PresentationWithoutAScreenIsAutomatic) {
  look.speakerAbove = 3;
  choose(LayoutKind::presentation);
  here = people(3);
  EXPECT_EQ(stage().kind, LayoutKind::grid);
  here = people(4);
  EXPECT_EQ(stage().kind, LayoutKind::speaker);
}

TEST_F(DirectorTest, PresentationCountsTheOthers) {
  look.maxTiles = 4;
  here = people(6);
  at(here, 'f').sharing = true;
  speaks('e');
  EXPECT_EQ(seen(), "F f e +4");
}

TEST_F(DirectorTest, SpotlightIsThePinnedElseTheSpeaker) {
  choose(LayoutKind::spotlight);
  here = people(4);
  EXPECT_EQ(seen(), "a");
  speaks('c');
  EXPECT_EQ(seen(), "c");
  EXPECT_EQ(stage().kind, LayoutKind::spotlight);
  choose(LayoutKind::spotlight, "db");
  EXPECT_EQ(seen(), "d b");
}

TEST_F(DirectorTest, SideBySideIsTwoWhoKeepTheirSides) {
  choose(LayoutKind::sideBySide);
  here = people(4);
  speaks('a');
  speaks('c');
  EXPECT_EQ(seen(), "a c");
  speaks('a');
  EXPECT_EQ(seen(), "a c");
  speaks('d');
  EXPECT_EQ(seen(), "a d");
  choose(LayoutKind::sideBySide, "b");
  EXPECT_EQ(seen(), "b d");
  choose(LayoutKind::sideBySide, "cab");
  EXPECT_EQ(seen(), "c a");
  EXPECT_EQ(stage().tiles[0].rect.y, stage().tiles[1].rect.y);
}

class CustomTest : public DirectorTest {
 protected:
  void use(std::vector<Region> regions) {
    look.customLayouts = {{"stage", std::move(regions)}};
    choose(LayoutKind::custom, "", "stage");
  }
  static Region region(RegionRule who, int nth = 1) {
    return {.x = 0.5, .y = 0, .width = 0.5, .height = 0.5, .who = who, .nth = nth, .fit = TileFit::fill};
  }
};

TEST_F(CustomTest, RegionsHaveTheirPlaceAndFit) {
  use({region(RegionRule::speaker)});
  here = people(2);
  const Scene scene = stage();
  ASSERT_EQ(shown(scene), "a");
  EXPECT_EQ(scene.kind, LayoutKind::custom);
  EXPECT_EQ(scene.tiles[0].rect, (LayoutRect{640, 0, 640, 360}));
  EXPECT_EQ(scene.tiles[0].fit, TileFit::fill);
}

TEST_F(CustomTest, RecentPassesOverWhoIsShown) {
  use({region(RegionRule::recent, 1), region(RegionRule::speaker), region(RegionRule::recent, 2)});
  here = people(4);
  for (const char name : {'b', 'd', 'c'}) speaks(name);
  EXPECT_EQ(seen(), "d c b");
  speaks('a');
  EXPECT_EQ(seen(), "c a d");
}

TEST_F(CustomTest, RegionsThatNobodyFitsStayEmpty) {
  use({region(RegionRule::screen), region(RegionRule::presenter), region(RegionRule::pinned),
       region(RegionRule::pinned, 2), region(RegionRule::recent, 3)});
  here = people(2);
  EXPECT_EQ(seen(), "");
  choose(LayoutKind::custom, "b", "stage");
  EXPECT_EQ(seen(), "b");
  at(here, 'a').sharing = true;
  EXPECT_EQ(seen(), "A a b");
}

TEST_F(CustomTest, NobodyStandsTwice) {
  use({region(RegionRule::speaker), region(RegionRule::pinned), region(RegionRule::presenter),
       region(RegionRule::speaker), region(RegionRule::screen), region(RegionRule::screen)});
  choose(LayoutKind::custom, "b", "stage");
  here = people(4);
  speaks('c');
  speaks('b');
  at(here, 'b').sharing = true;
  EXPECT_EQ(seen(), "c b B") << "the speaker is pinned: the region of the speaker has who spoke before";
}

TEST_F(CustomTest, ScreensAreTheNewestFirst) {
  use({region(RegionRule::screen, 2), region(RegionRule::screen), region(RegionRule::presenter)});
  here = people(3);
  at(here, 'c').sharing = true;
  stage();
  at(here, 'a').sharing = true;
  EXPECT_EQ(seen(), "C A a");
}

TEST_F(CustomTest, OneThatDoesNotExistIsAutomatic) {
  use({region(RegionRule::speaker)});
  choose(LayoutKind::custom, "", "other");
  here = people(2);
  EXPECT_EQ(stage().kind, LayoutKind::grid);
  EXPECT_EQ(seen(), "a b");
}

TEST_F(DirectorTest, ConfiguredLayoutUntilAnotherIsChosen) {
  look.layout = LayoutKind::speaker;
  here = people(3);
  EXPECT_EQ(director().choice().kind, LayoutKind::speaker);
  EXPECT_EQ(stage().kind, LayoutKind::speaker);
  choose(LayoutKind::grid);
  EXPECT_EQ(stage().kind, LayoutKind::grid);
}

TEST_F(DirectorTest, FollowsTheCanvas) {
  choose(LayoutKind::grid);
  here = people(1);
  director().setCanvas({852, 480, 15});
  EXPECT_EQ(stage().tiles[0].rect, (LayoutRect{0, 0, 852, 480}));
}

TEST_F(DirectorTest, TheGapIsScaledWithTheCanvas) {
  look.gap = 24;
  choose(LayoutKind::grid);
  here = people(4);
  EXPECT_EQ(stage().tiles[0].rect.x, 24);
  director().setCanvas({852, 480, 15});
  EXPECT_EQ(stage().tiles[0].rect.x, 16) << "two thirds";
  director().setCanvas(kCanvas);
  EXPECT_EQ(stage().tiles[0].rect.x, 24);
}

// Whatever the layout, the number of people and the canvas: tiles are even and inside, nobody stands twice,
// and people with a tile and people counted are all.
TEST_F(DirectorTest, HoldsForAll) {
  for (const auto& [width, height] :
       {std::pair{160, 120}, {120, 160}, {1280, 720}, {720, 1280}, {3840, 2160}}) {
    for (const int maxTiles : {1, 2, 9, 25, 49, 1000}) {
      Look any;
      any.maxTiles = maxTiles;
      Director director({width, height, 30}, any);
      for (const LayoutKind kind :
           {LayoutKind::automatic, LayoutKind::grid, LayoutKind::speaker, LayoutKind::spotlight,
            LayoutKind::presentation, LayoutKind::sideBySide}) {
        director.choose({kind, "", {{"p3"}, {"p1"}}});
        for (const int count : {1, 2, 3, 5, 10, 26, 60, 100}) {
          std::vector<ScenePerson> many(static_cast<std::size_t>(count));
          for (std::size_t i = 0; i < many.size(); ++i) {
            many[i] = {{"p" + std::to_string(i)}, i % 3 == 0 ? 9.0 / 16 : 16.0 / 9, i == 4, 1.6, i * 7 % 5};
          }
          const Scene scene = director.stage(many, {"p2"});
          SCOPED_TRACE(testing::Message() << count << " of " << maxTiles << " on " << width << ", kind "
                                          << static_cast<int>(kind));
          ASSERT_FALSE(scene.tiles.empty());
          ASSERT_LE(scene.tiles.size(), static_cast<std::size_t>(std::min(maxTiles, kMaxTiles)));
          std::set<std::pair<Kind, std::string>> seen;
          int more = 0, persons = 0;
          for (const SceneTile& tile : scene.tiles) {
            const LayoutRect& r = tile.rect;
            ASSERT_EQ((r.x | r.y | r.width | r.height) & 1, 0);
            ASSERT_TRUE(r.x >= 0 && r.y >= 0 && r.width > 0 && r.height > 0);
            ASSERT_TRUE(r.x + r.width <= width && r.y + r.height <= height);
            ASSERT_TRUE(seen.insert({tile.kind, tile.id.value}).second);
            more += tile.more;
            persons += tile.kind == Kind::person ? 1 : 0;
          }
          ASSERT_TRUE(more == 0 || more + persons == count);
          ASSERT_NE(more, 1) << "one is shown rather than counted";
        }
      }
    }
  }
}

}  // namespace
}  // namespace tessera
