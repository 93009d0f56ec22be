// SPDX-License-Identifier: Apache-2.0
#include "server/best_level.h"

#include <gtest/gtest.h>

#include "config/settings.h"

namespace tessera::server {
namespace {

const std::vector<RungSpec> kRungs{
    {720, 30, 1500, 500}, {360, 30, 500, 200}, {180, 15, 150, 70}, {180, 0, 40, 15}};
const CanvasSettings kCanvas{1280, 720, 30};

int level(const PictureBounds& bounds) {
  return bestLevel(kRungs, kCanvas, bounds);
}

TEST(BestLevel, IsTheTopWithoutBounds) {
  EXPECT_EQ(level({}), 0);
}

TEST(BestLevel, AWishIsForAtMostThatHeight) {
  EXPECT_EQ(level({.wish = 5000}), 0);
  EXPECT_EQ(level({.wish = 720}), 0);
  EXPECT_EQ(level({.wish = 719}), 1);
  EXPECT_EQ(level({.wish = 360}), 1);
  EXPECT_EQ(level({.wish = 180}), 2);
  EXPECT_EQ(level({.wish = 100}), 2)
      << "the lowest that moves, though higher: whoever wants a picture gets one";
  EXPECT_EQ(level({.wish = 0}), 4) << "sound alone";
}

TEST(BestLevel, OfTheLowestRungsTheFirstIsThereForWhoeverWantsLess) {
  config::Room upright;
  upright.canvas = {720, 1280, 30};
  const std::vector<RungSpec> usual = config::ladderOf(upright);
  ASSERT_EQ(usual.at(2).height, usual.at(3).height);
  ASSERT_EQ(usual.at(3).fps, 0);
  EXPECT_EQ(bestLevel(usual, upright.canvas, {.wish = 640}), 1);
  EXPECT_EQ(bestLevel(usual, upright.canvas, {.wish = 360}), 2);
  EXPECT_EQ(bestLevel(usual, upright.canvas, {.wish = 180}), 2);
  EXPECT_EQ(bestLevel(usual, upright.canvas, {.wish = 0}), 4);
  const std::vector<RungSpec> coarse{{720, 30, 1500, 500}, {240, 30, 300, 100}, {240, 0, 40, 15}};
  EXPECT_EQ(bestLevel(coarse, kCanvas, {.wish = 240}), 1);
  EXPECT_EQ(bestLevel(coarse, kCanvas, {.wish = 180}), 1);
  const std::vector<RungSpec> lowStill{{720, 30, 1500, 500}, {240, 30, 300, 100}, {90, 0, 40, 15}};
  EXPECT_EQ(bestLevel(lowStill, kCanvas, {.wish = 60}), 2) << "none that moves is as low";
}

TEST(BestLevel, TheOperatorsCapIsTheSameButThatNoneIsAny) {
  EXPECT_EQ(level({.cap = 0}), 0);
  EXPECT_EQ(level({.cap = 500}), 1);
  EXPECT_EQ(level({.cap = 1}), 2);
}

TEST(BestLevel, TheScreenIsCoveredByTheLowestRungThatMoves) {
  const auto screen = [](int width, int height) {
    return level({.screenWidth = width, .screenHeight = height});
  };
  EXPECT_EQ(screen(1920, 1080), 0);
  EXPECT_EQ(screen(1024, 600), 0) << "needs 576 lines";
  EXPECT_EQ(screen(480, 320), 1) << "needs 270 lines";
  EXPECT_EQ(screen(320, 480), 1) << "it can be turned";
  EXPECT_EQ(screen(640, 360), 1);
  EXPECT_EQ(screen(642, 362), 0);
  EXPECT_EQ(screen(320, 240), 2);
  EXPECT_EQ(screen(16, 16), 2) << "never a still picture";
  EXPECT_EQ(screen(0, 480), 0) << "unknown";
  EXPECT_EQ(screen(16384, 16384), 0);
}

TEST(BestLevel, TheWorstOfAllCounts) {
  EXPECT_EQ(level({.wish = 720, .cap = 360, .screenWidth = 320, .screenHeight = 240}), 2);
  EXPECT_EQ(level({.wish = 0, .cap = 360, .screenWidth = 1920, .screenHeight = 1080}), 4);
  EXPECT_EQ(level({.wish = 180, .cap = 720}), 2);
}

TEST(BestLevel, ARungAboveTheCanvasIsTheCanvas) {
  const CanvasSettings small{640, 360, 30};
  EXPECT_EQ(bestLevel(kRungs, small, {.wish = 360}), 0);
  EXPECT_EQ(bestLevel({{720, 30, 1500, 500}}, small, {.wish = 90}), 0) << "there is no other";
}

TEST(BestLevel, OfRungsOfTheSameHeightTheScreenLeavesTheFirst) {
  const std::vector<RungSpec> rungs{{720, 30, 1500, 500}, {360, 30, 500, 200}, {360, 15, 250, 100}};
  EXPECT_EQ(bestLevel(rungs, kCanvas, {.screenWidth = 320, .screenHeight = 240}), 1);
}

}  // namespace
}  // namespace tessera::server
