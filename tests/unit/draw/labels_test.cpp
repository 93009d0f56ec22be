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

// Digital white is 235 and black 16 (BT.709, limited range), and letters stand out.
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
