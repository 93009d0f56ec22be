// SPDX-License-Identifier: Apache-2.0
#include "pipelines/draw/labels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <set>
#include <string>

namespace tessera::draw {
namespace {

using mix::Overlay;
using mix::VideoFrame;

int lumaAt(const VideoFrame& frame, int x, int y) {
  return frame.y[std::ptrdiff_t{y} * frame.strideY + x];
}
int alphaAt(const Overlay& overlay, int x, int y) {
  return overlay.alpha[std::ptrdiff_t{y} * overlay.strideAlpha + x];
}

// Pixels of bright, opaque ink: the letters.
int inkOf(const Overlay& overlay) {
  int count = 0;
  for (int y = 0; y < overlay.frame.height; ++y) {
    for (int x = 0; x < overlay.frame.width; ++x) {
      if (alphaAt(overlay, x, y) > 200 && lumaAt(overlay.frame, x, y) > 180) ++count;
    }
  }
  return count;
}

TEST(Initials, OfNames) {
  const char* const cases[][2] = {{"Ada Lovelace", "AL"},
                                  {"ada", "A"},
                                  {"  jean-luc   picard ", "JP"},
                                  {"Ludwig van Beethoven", "LB"},
                                  {"Bob (ACME)", "B"},
                                  {"(ghost)", "G"},
                                  {"李小龙", "李"},
                                  {"山田 太郎", "山"},
                                  {"김철수", "김"},
                                  {"محمد علي", "م"},
                                  {"Łukasz Żak", "ŁŻ"},
                                  {"e\xCC\x81mile", "É"},  // combining accent
                                  {"ольга иванова", "ОИ"},
                                  {"7 of 9", "79"},
                                  {"👩🏽‍🚀", "👩🏽‍🚀"},
                                  {"🎉 party", "P"},
                                  {"", "?"},
                                  {" \t\n", "?"},
                                  {"\xFF\xFE", "\xEF\xBF\xBD"}};
  for (const auto& [name, initials] : cases) EXPECT_EQ(initialsOf(name), initials) << name;
}

TEST(Label, FitsItsTile) {
  for (const auto& [width, height] :
       {std::pair{160, 90}, {320, 180}, {640, 360}, {1280, 720}, {180, 320}, {48, 32}}) {
    for (const std::string name :
         {"Al", "Ada Lovelace", "Guðrún Ósvífursdóttir-Hallgerður the Second of Hlíðarendi"}) {
      const auto label = renderLabel(name, width, height, {true, true});
      ASSERT_TRUE(label) << width;
      // The plate proper; the picture is padded to a multiple of 16 with nothing.
      int plate = 0;
      for (int x = 0; x < label->frame.width; ++x) {
        if (alphaAt(*label, x, label->frame.height / 2) > 0) plate = x + 1;
      }
      EXPECT_LE(plate, std::max(width, 56)) << name;
      EXPECT_LE(label->frame.height, height * 6 / 10) << name;
      EXPECT_EQ(label->frame.width % 16, 0);
      EXPECT_EQ(label->frame.height % 2, 0);
    }
  }
}

TEST(Label, IsReadable) {
  for (const std::string name : {"Ada", "李小龙", "محمد علي", "שרה כהן", "Ольга"}) {
    const auto label = renderLabel(name, 160, 90, {});
    ASSERT_TRUE(label);
    EXPECT_GE(inkOf(*label), 15) << name;
    EXPECT_GE(label->frame.height, 12);
  }
  EXPECT_GE(renderLabel("Ada", 1280, 720, {})->frame.height, 36);
}

TEST(Label, GrowsWithItsText) {
  const auto shortOne = renderLabel("Al", 640, 360, {});
  EXPECT_LT(shortOne->frame.width, renderLabel("Al the Long-winded", 640, 360, {})->frame.width);
  EXPECT_LT(shortOne->frame.width, renderLabel("Al", 640, 360, {true, false})->frame.width);
}

TEST(Label, NamesAreNotMarkup) {
  EXPECT_GT(renderLabel("<b>Al</b>", 640, 360, {})->frame.width,
            renderLabel("Al", 640, 360, {})->frame.width);
  EXPECT_TRUE(renderLabel("<span foo=\"&bogus;", 640, 360, {}));
}

TEST(Label, SurvivesWhateverANameIs) {
  const std::string names[] = {std::string(100000, 'W'),
                               std::string("a\0b", 3),
                               "\xFF\xC0\x80",
                               "line\nbreak\r\nname",
                               "\u202Eevil",
                               std::string(300, '\x01'),
                               "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d"};
  for (const std::string& name : names) {
    const auto label = renderLabel(name, 320, 180, {});
    if (label) {
      EXPECT_LE(label->frame.width, 320 + 15);
      EXPECT_LE(label->frame.height, 60);
    }
    EXPECT_TRUE(renderAvatar(name, name, 320, 180));
  }
}

TEST(Label, NothingToSayIsNull) {
  EXPECT_FALSE(renderLabel("", 320, 180, {}));
  EXPECT_FALSE(renderLabel(" \n", 320, 180, {}));
  EXPECT_FALSE(renderLabel("Ada", 20, 12, {}));
  EXPECT_TRUE(renderLabel("", 320, 180, {true, false}));
}

constexpr LabelStyle kMuted{.muted = true}, kHand{.handRaised = true}, kPoor{.poorConnection = true};

TEST(Label, EachMarkTakesRoomAndDiffers) {
  const auto inkIn = [](const LabelStyle& style) {
    const auto label = renderLabel("", 640, 360, style);
    int amber = 0;
    for (int y = 0; y < label->frame.height; ++y) {
      for (int x = 0; x < label->frame.width; ++x) {
        const int v = label->frame.v[std::ptrdiff_t{y / 2} * label->frame.strideV + x / 2];
        if (alphaAt(*label, x, y) > 200 && v > 145) ++amber;
      }
    }
    return amber;
  };
  EXPECT_GT(inkIn(kMuted), 20);
  EXPECT_GT(inkIn(kHand), 20);
  EXPECT_GT(inkIn(kPoor), 20) << "a weak signal has a little of a warning colour";
  EXPECT_LT(inkIn(kPoor), inkIn(kHand));
  const auto widthOf = [](const LabelStyle& style) {
    return renderLabel("Al", 640, 360, style)->frame.width;
  };
  EXPECT_LT(widthOf({}), widthOf(kPoor));
  EXPECT_LT(widthOf(kPoor), widthOf({true, true, true}));
}

TEST(Label, TinyTilesPreferMarksToAPieceOfAName) {
  const std::string name = "Maximiliane";
  EXPECT_TRUE(renderLabel(name, 50, 28, {})) << "the beginning of a name where there is no mark";
  EXPECT_EQ(renderLabel(name, 50, 28, {true, true})->frame.width,
            renderLabel("", 50, 28, {true, true})->frame.width);
  EXPECT_EQ(renderLabel("", 30, 20, kHand)->frame.width,
            renderLabel(name, 30, 20, {true, true, true})->frame.width)
      << "of several marks the hand";
}

TEST(Label, TextIsNeverSmallerThanTenPixels) {
  for (const auto& [width, height] : {std::pair{64, 36}, {118, 62}, {160, 90}}) {
    const auto label = renderLabel("HHH", width, height, {});
    int top = label->frame.height, bottom = 0;
    for (int y = 0; y < label->frame.height; ++y) {
      for (int x = 0; x < label->frame.width; ++x) {
        if (lumaAt(label->frame, x, y) < 180 || alphaAt(*label, x, y) < 200) continue;
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
    }
    EXPECT_GE(bottom - top + 1, 7) << "a capital of a font of 10 pixels, in " << width;
  }
}

TEST(Label, HighContrastIsOpaqueAndLarger) {
  const auto plain = renderLabel("Ada", 640, 360, {}, false);
  const auto strong = renderLabel("Ada", 640, 360, {}, true);
  EXPECT_GT(strong->frame.height, plain->frame.height);
  EXPECT_LT(alphaAt(*plain, 4, plain->frame.height / 2), 200);
  EXPECT_EQ(alphaAt(*strong, 4, strong->frame.height / 2), 255);
  EXPECT_EQ(lumaAt(strong->frame, 4, strong->frame.height / 2), 16);
}

TEST(Avatar, HighContrastIsWhiteOnBlack) {
  const auto avatar = renderAvatar("Ada", "k", 320, 180, true);
  EXPECT_EQ(lumaAt(*avatar, 20, 20), 16);
  EXPECT_EQ(lumaAt(*avatar, 160, 60), 16) << "in the circle";
}

// In small tiles the label would lie over the initials if they were in the middle.
TEST(Avatar, InitialsStayClearOfTheLabel) {
  for (const auto& [width, height] : {std::pair{118, 62}, {160, 90}, {310, 170}, {640, 360}}) {
    const auto avatar = renderAvatar("HH", "k", width, height);
    const auto label = renderLabel("Ada", width, height, {});
    int lowest = 0;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        if (lumaAt(*avatar, x, y) > 180) lowest = y;
      }
    }
    EXPECT_LT(lowest, height - label->frame.height - 6) << width;
  }
}

// FNV-1a of the key; the page does the same (avatarColour in web/page/text.js).
TEST(Avatar, ColourIsThatOfThePage) {
  struct Case {
    const char* key;
    int u, v;
  };
  for (const auto& [key, u, v] : {Case{"a", 116, 185}, {"b", 174, 136}, {"k3v9x0q2m7ab", 81, 155}}) {
    const auto avatar = renderAvatar("", key, 64, 64);
    const std::ptrdiff_t inCircle = std::ptrdiff_t{4} * avatar->strideU + 16;  // above the "?"
    EXPECT_NEAR(avatar->u[inCircle], u, 2) << key;
    EXPECT_NEAR(avatar->v[inCircle], v, 2) << key;
  }
}

TEST(Avatar, HasTheTilesSizeAndAStableColour) {
  const auto one = renderAvatar("Ada Lovelace", "k1", 320, 180);
  ASSERT_TRUE(one);
  EXPECT_EQ(one->width, 320);
  EXPECT_EQ(one->height, 180);
  const auto again = renderAvatar("Other Name", "k1", 320, 180);
  const auto colour = [](const VideoFrame& f) {
    return std::pair{f.u[std::ptrdiff_t{4} * f.strideU + 4], f.v[std::ptrdiff_t{4} * f.strideV + 4]};
  };
  EXPECT_EQ(colour(*one), colour(*again));
  std::set<std::pair<int, int>> colours;
  for (int i = 0; i < 40; ++i) colours.insert(colour(*renderAvatar("A", "key" + std::to_string(i), 64, 36)));
  EXPECT_GE(colours.size(), 8U) << "people differ";
}

// Digital white is 235 and black 16 (limited range), and letters stand out.
TEST(Avatar, InitialsAreWhiteInTheMiddle) {
  for (const auto& [width, height] : {std::pair{160, 90}, {320, 180}, {1280, 720}, {640, 720}, {90, 160}}) {
    const auto avatar = renderAvatar("Hans Huber", "k", width, height);
    int brightest = 0, darkest = 255;
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        brightest = std::max(brightest, lumaAt(*avatar, x, y));
        darkest = std::min(darkest, lumaAt(*avatar, x, y));
        const bool middle = std::abs(x - width / 2) < width / 4 && std::abs(y - height / 2) < height / 4;
        ASSERT_TRUE(middle || lumaAt(*avatar, x, y) < 160) << x << "," << y;
      }
    }
    EXPECT_GE(brightest, 230) << width;
    EXPECT_LE(brightest, 235);
    EXPECT_GE(darkest, 16);
  }
}

TEST(Avatar, TinySizesWork) {
  EXPECT_EQ(renderAvatar("Ada", "k", 2, 2)->width, 2);
}

}  // namespace
}  // namespace tessera::draw
