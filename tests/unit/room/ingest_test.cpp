// SPDX-License-Identifier: Apache-2.0
#include "room/ingest.h"

#include <gtest/gtest.h>

#include <string>

namespace tessera {
namespace {

using std::chrono::milliseconds;

class IngestTest : public testing::Test {
 protected:
  using Shown = IngestPlanner::Shown;
  CanvasSettings canvas;
  IngestPlanner planner;
  IngestPlanner::Clock::time_point now{std::chrono::seconds(1000)};
  std::vector<Shown> senders;

  static Shown shown(const std::string& id, int width, int height) {
    Shown shown;
    shown.participant = {id};
    shown.width = width;
    shown.height = height;
    return shown;
  }
  std::vector<IngestPlanner::Change> update(milliseconds passed = milliseconds(0)) {
    now += passed;
    return planner.update(senders, canvas, now);
  }
  // What one sender is told first.
  static Ingest asked(const Shown& shown, const CanvasSettings& canvas = {}) {
    IngestPlanner planner;
    const auto changes = planner.update({shown}, canvas, IngestPlanner::Clock::time_point{});
    return changes.size() == 1 ? changes[0].ingest : Ingest{-1, -1, -1, -1};
  }
};

TEST_F(IngestTest, AsksForTheTilesSizeAndALittle) {
  const Ingest ingest = asked(shown("a", 640, 360));
  EXPECT_EQ(ingest.width, 666);
  EXPECT_EQ(ingest.height, 374);
  EXPECT_EQ(ingest.fps, 30);
  EXPECT_NEAR(ingest.kbps, 520, 30);
}

TEST_F(IngestTest, WhatIsCroppedCoversTheTile) {
  Shown square = shown("a", 640, 360);
  square.fit = TileFit::fill;
  square.aspect = 1;
  const Ingest ingest = asked(square);
  EXPECT_EQ(ingest.width, ingest.height);
  EXPECT_GE(ingest.width, 640);
  EXPECT_LE(ingest.width, 640 * 1.15);
}

TEST_F(IngestTest, WhatIsLetterboxedLiesInTheTile) {
  Shown phone = shown("a", 640, 360);
  phone.aspect = 9.0 / 16;
  for (const TileFit fit : {TileFit::fit, TileFit::smart}) {  // 68 % of it would be hidden
    phone.fit = fit;
    const Ingest ingest = asked(phone);
    EXPECT_EQ(ingest.height, 360);
    EXPECT_NEAR(ingest.width, 360 * 9 / 16, 2);
  }
}

TEST_F(IngestTest, SmartCropsALittle) {
  Shown camera = shown("a", 640, 360);
  camera.aspect = 3.0 / 2;  // 16 % are hidden
  EXPECT_GE(asked(camera).width, 640);
  camera.aspect = 4.0 / 3;  // 25 % would be
  EXPECT_LE(asked(camera).width, 480);
}

TEST_F(IngestTest, TheBitrateFollowsPixelsAndRate) {
  int last = 0;
  for (const int height : {90, 144, 180, 240, 360, 540, 720}) {
    const Ingest ingest = asked(shown("a", height * 16 / 9, height));
    EXPECT_GE(ingest.kbps, 100);
    EXPECT_GE(ingest.kbps, last);
    last = ingest.kbps;
    const double bitsPerPixel = 1000.0 * ingest.kbps / ingest.width / ingest.height / ingest.fps;
    EXPECT_GE(bitsPerPixel, 0.045) << height;
    if (height >= 180) {
      EXPECT_LE(bitsPerPixel, 0.11) << height;
    }
  }
  canvas.fps = 15;
  EXPECT_LT(asked(shown("a", 1280, 720), canvas).kbps, last);
  EXPECT_EQ(asked(shown("a", 1280, 720), canvas).fps, 15);
}

TEST_F(IngestTest, SmallTilesHaveALeastSizeAndARateOfTheirOwn) {
  const Ingest tiny = asked(shown("a", 90, 50));
  EXPECT_EQ(tiny.width, 160);
  EXPECT_EQ(tiny.height, 90);
  EXPECT_EQ(tiny.fps, 15);
  EXPECT_EQ(tiny.kbps, 100);
  Shown tall = shown("a", 50, 90);
  tall.aspect = 9.0 / 16;
  EXPECT_EQ(asked(tall).height, 160);
  EXPECT_EQ(asked(shown("a", 320, 180)).fps, 30) << "16 of them on a canvas are not small";
}

TEST_F(IngestTest, AScreenKeepsItsPixelsAtALowerRate) {
  Shown screen = shown("a", 1280, 720);
  screen.pc = "screen";
  screen.fit = TileFit::fit;
  const Ingest ingest = asked(screen);
  EXPECT_EQ(ingest.width, 1280);
  EXPECT_EQ(ingest.height, 720);
  EXPECT_EQ(ingest.fps, 15);
  EXPECT_GE(ingest.kbps, asked(shown("a", 1280, 720)).kbps);
}

TEST_F(IngestTest, NeverMoreThanTheCanvasHasPixels) {
  Shown phone = shown("a", 1280, 720);
  phone.fit = TileFit::fill;
  phone.aspect = 9.0 / 16;
  const Ingest ingest = asked(phone);
  EXPECT_LE(ingest.width * ingest.height, 1280 * 720 * 1.1);
  EXPECT_NEAR(1.0 * ingest.width / ingest.height, 9.0 / 16, 0.01);
}

TEST_F(IngestTest, OddAndWildAspectsGiveEvenSizes) {
  for (const double aspect : {0.0, -1.0, 1e-9, 0.3, 1.234567, 3.9, 1e9}) {
    for (const int side : {2, 38, 222, 1280}) {
      Shown odd = shown("a", side, side / 2 + 1);
      odd.aspect = aspect;
      const Ingest ingest = asked(odd);
      EXPECT_EQ(ingest.width % 2 + ingest.height % 2, 0);
      EXPECT_GE(std::max(ingest.width, ingest.height), 160);
      EXPECT_GE(std::min(ingest.width, ingest.height), 40);
    }
  }
}

TEST_F(IngestTest, WhoIsNewIsToldAndNobodyTwice) {
  senders = {shown("a", 640, 360), shown("b", 0, 0)};
  const auto changes = update();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[1].participant, ParticipantId{"b"});
  EXPECT_EQ(changes[1].ingest, Ingest{}) << "nothing";
  EXPECT_TRUE(update(milliseconds(10'000)).empty());
  EXPECT_FALSE(planner.due());
}

TEST_F(IngestTest, WhoComesBackIsNew) {
  senders = {shown("a", 640, 360)};
  update();
  senders.clear();
  EXPECT_TRUE(update().empty());
  senders = {shown("a", 640, 360)};
  EXPECT_EQ(update().size(), 1U);
}

TEST_F(IngestTest, GrowsAtOnceAndShrinksLater) {
  senders = {shown("a", 320, 180)};
  update();
  senders[0] = shown("a", 1280, 720);
  auto changes = update();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_GE(changes[0].ingest.width, 1280);
  senders[0] = shown("a", 320, 180);
  EXPECT_TRUE(update().empty());
  ASSERT_TRUE(planner.due());
  EXPECT_EQ(*planner.due(), now + IngestPlanner::kShrinkAfter);
  EXPECT_TRUE(update(milliseconds(1900)).empty());
  changes = update(milliseconds(100));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_LE(changes[0].ingest.width, 340);
  EXPECT_FALSE(planner.due());
}

TEST_F(IngestTest, AShortTimeOffTheCanvasChangesNothing) {
  senders = {shown("a", 640, 360)};
  update();
  for (int i = 0; i < 5; ++i) {
    senders[0] = shown("a", 0, 0);
    EXPECT_TRUE(update().empty());
    EXPECT_TRUE(update(milliseconds(1900)).empty());
    senders[0] = shown("a", 640, 360);
    EXPECT_TRUE(update(milliseconds(50)).empty());
    EXPECT_FALSE(planner.due()) << "it begins anew";
  }
  senders[0] = shown("a", 0, 0);
  update();
  const auto changes = update(IngestPlanner::kShrinkAfter);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].ingest, Ingest{});
  senders[0] = shown("a", 640, 360);
  EXPECT_EQ(update().size(), 1U) << "and back at once";
}

TEST_F(IngestTest, LittleChangesAreNotToldAtAll) {
  senders = {shown("a", 640, 360)};
  update();
  for (const int width : {650, 620, 600, 580, 640}) {
    senders[0] = shown("a", width, width * 9 / 16);
    EXPECT_TRUE(update(milliseconds(5000)).empty()) << width;
  }
}

TEST_F(IngestTest, WhoMayBecomeLargeIsAskedBefore) {
  senders = {shown("a", 320, 180)};
  update();
  senders[0].soonWidth = 1280;
  senders[0].soonHeight = 720;
  auto changes = update();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_GE(changes[0].ingest.width, 1280);
  senders[0] = shown("a", 1280, 720);  // and does
  EXPECT_TRUE(update().empty());
  senders[0] = shown("b", 0, 0);
  senders[0].soonWidth = 1280;
  senders[0].soonHeight = 720;
  changes = update();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_GE(changes[0].ingest.width, 1280) << "also from off the canvas";
}

TEST_F(IngestTest, ATurnedPhoneIsAskedForItsNewShapeAtOnce) {
  senders = {shown("a", 640, 360)};
  update();
  senders[0].aspect = 9.0 / 16;
  const auto changes = update(milliseconds(5000));
  EXPECT_TRUE(changes.empty()) << "an upright picture is smaller in such a tile: it shrinks";
  ASSERT_TRUE(planner.due());
  EXPECT_EQ(update(IngestPlanner::kShrinkAfter).size(), 1U);
}

TEST_F(IngestTest, EachConnectionIsAskedApart) {
  senders = {shown("a", 320, 180), shown("a", 960, 720)};
  senders[1].pc = "screen";
  const auto changes = update();
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[0].pc, "main");
  EXPECT_EQ(changes[1].pc, "screen");
  EXPECT_GT(changes[1].ingest.width, changes[0].ingest.width);
}

TEST_F(IngestTest, FollowsACanvasThatIsReduced) {
  senders = {shown("a", 640, 360)};
  update();
  canvas = {640, 360, 15};
  senders[0] = shown("a", 320, 180);
  update();
  const auto changes = update(IngestPlanner::kShrinkAfter);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].ingest.fps, 15);
  EXPECT_LE(changes[0].ingest.width, 340);
}

}  // namespace
}  // namespace tessera
