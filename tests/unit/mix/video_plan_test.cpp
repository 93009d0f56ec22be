// SPDX-License-Identifier: Apache-2.0
// What a plan says is what the canvas shows, and only what a plan changes is drawn again.
#include <gtest/gtest.h>

#include "video_fixture.h"

namespace tessera::mix {
namespace {

using namespace test;

using VideoPlanTest = VideoMixerTest;

constexpr Yuv kWallpaper{120, 110, 150};

// One colour, `alpha` everywhere.
std::shared_ptr<const Overlay> sheet(int width, int height, Yuv colour, std::uint8_t alpha = 255) {
  struct Planes {
    std::shared_ptr<const void> colour;
    std::vector<std::uint8_t> alpha;
  };
  VideoFrame frame = solid(width, height, colour);
  auto planes = std::make_shared<Planes>();
  planes->colour = frame.memory;
  planes->alpha.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height), alpha);
  frame.memory = planes;
  return std::make_shared<Overlay>(Overlay{frame, planes->alpha.data(), width});
}

TEST_F(VideoPlanTest, TheCanvasChangesItsSizeWithAPlan) {
  const auto slot = mixer_->addSlot(nullptr);
  show({tile(slot, kWhole)});
  push(*slot, kRed);
  const FrameRef old = tick();
  VideoPlan plan{.width = 180, .height = 320, .tiles = {tile(slot, {0, 160, 180, 160})}};
  mixer_->setPlan(plan);
  EXPECT_EQ(old->width, kWidth);
  const FrameRef upright = tick();
  ASSERT_EQ(upright->width, 180);
  ASSERT_EQ(upright->height, 320);
  EXPECT_EQ(centreOf(*upright, {0, 160, 180, 160}), kRed);
  EXPECT_EQ(pixel(*upright, 90, 20), kBackground);
  EXPECT_EQ(pixel(*old, 319, 179), kRed) << "whoever holds the old one keeps it";
  plan.width = plan.height = 0;
  mixer_->setPlan(plan);
  EXPECT_EQ(tick()->height, 320) << "0: as it was";
  plan.width = 181;
  plan.height = 20000;
  mixer_->setPlan(plan);
  EXPECT_EQ(tick()->height, 320) << "no such canvas";
}

TEST_F(VideoPlanTest, TheBackgroundIsWhereNoTileIs) {
  const auto slot = mixer_->addSlot(nullptr);
  VideoPlan plan{.tiles = {tile(slot, kLeft)}};
  plan.background =
      share(paint(kWidth, kHeight, 0ns, [](int x, int) { return x < kWidth / 2 ? kWallpaper : kBlue; }));
  mixer_->setPlan(plan);
  push(*slot, kWhite, 90, 160);  // upright: bars on both sides
  FrameRef canvas = tick();
  EXPECT_EQ(pixel(*canvas, 10, 150), kWallpaper);
  EXPECT_EQ(pixel(*canvas, 310, 150), kBlue);
  EXPECT_EQ(centreOf(*canvas, kLeft), kWhite);
  const Yuv bar = pixel(*canvas, 4, 45);
  EXPECT_LT(bar.y, 50) << "dark";
  EXPECT_GT(bar.u, 130) << "with a little of the picture's blue";

  plan.tiles = {tile(slot, kRight)};
  mixer_->setPlan(plan);
  canvas = tick();
  EXPECT_EQ(centreOf(*canvas, kLeft), kWallpaper) << "where a tile was";
  plan.background = share(solid(kWidth / 2, kHeight, kWallpaper));
  mixer_->setPlan(plan);
  EXPECT_EQ(centreOf(*tick(), kLeft), kBackground) << "not of the canvas' size";
}

TEST_F(VideoPlanTest, ALaterTileLiesOverAnEarlierOne) {
  const auto screen = mixer_->addSlot(nullptr);
  const auto face = mixer_->addSlot(nullptr);
  const Rect inset{200, 100, 100, 60};
  TilePlan over = tile(face, inset);
  show({tile(screen, kWhole), over});
  push(*screen, kRed, kWidth, kHeight);
  push(*face, kGreen, 100, 60);
  EXPECT_EQ(centreOf(*tick(), inset), kGreen);
  push(*screen, kBlue, kWidth, kHeight);  // the one below changes
  FrameRef canvas = tick();
  EXPECT_EQ(centreOf(*canvas, inset), kGreen);
  EXPECT_EQ(pixel(*canvas, 198, 98), kBlue);
  push(*face, kWhite, 100, 60);  // the one above changes
  canvas = tick();
  EXPECT_EQ(centreOf(*canvas, inset), kWhite);
  EXPECT_EQ(pixel(*canvas, 310, 170), kBlue);
  over.rect = {20, 20, 100, 60};  // it moves away: what it hid is there again
  over.avatar = nullptr;
  show({tile(screen, kWhole), over});
  canvas = tick();
  EXPECT_EQ(centreOf(*canvas, inset), kBlue);
  EXPECT_EQ(centreOf(*canvas, over.rect), kWhite);
  show({over, tile(screen, kWhole)});  // the other way round
  EXPECT_EQ(centreOf(*tick(), over.rect), kBlue);
}

TEST_F(VideoPlanTest, OverlaysKeepToTheirCorner) {
  struct Case {
    Anchor anchor;
    int x, y;  // of a pixel of the overlay, from that corner
  };
  const auto mark = sheet(20, 10, kWhite);
  for (const Rect& rect : {kLeft, Rect{20, 20, 260, 120}}) {
    const int right = rect.x + rect.width, bottom = rect.y + rect.height;
    const Case cases[] = {{Anchor::topLeft, rect.x + 8, rect.y + 6},
                          {Anchor::topRight, right - 10, rect.y + 6},
                          {Anchor::bottomLeft, rect.x + 8, bottom - 8},
                          {Anchor::bottomRight, right - 10, bottom - 8}};
    for (const Case& c : cases) {
      TilePlan plan = tile(nullptr, rect);
      plan.overlays = {{mark, c.anchor, 8, 6}};
      show({plan});
      const FrameRef canvas = tick();
      EXPECT_EQ(pixel(*canvas, c.x, c.y), kWhite) << static_cast<int>(c.anchor);
      int white = 0;
      for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x) white += pixel(*canvas, x, y).y > 200;
      EXPECT_EQ(white, 20 * 10) << "nowhere else";
    }
  }
}

TEST_F(VideoPlanTest, AnOverlayLargerThanItsTileIsCut) {
  TilePlan plan = tile(nullptr, {100, 60, 40, 20});
  plan.overlays = {{sheet(60, 40, kWhite), Anchor::bottomRight, 0, 0}};
  show({plan});
  const FrameRef canvas = tick();
  EXPECT_EQ(pixel(*canvas, 100, 60), kWhite);
  EXPECT_EQ(pixel(*canvas, 139, 79), kWhite);
  for (const auto& [x, y] : {std::pair{99, 70}, {140, 70}, {120, 59}, {120, 80}})
    EXPECT_EQ(pixel(*canvas, x, y), kBackground);
}

TEST_F(VideoPlanTest, TheLogoStaysOnTopAndIsNotBlendedTwice) {
  const auto slot = mixer_->addSlot(nullptr);
  VideoPlan plan{.tiles = {tile(slot, kWhole)}};
  plan.overlays = {{sheet(40, 20, kWhite, 128), Anchor::topRight, 10, 10}, {nullptr, Anchor::topLeft, 0, 0}};
  mixer_->setPlan(plan);
  for (int i = 0; i < 4; ++i) {
    push(*slot, kBlack, kWidth, kHeight);
    const FrameRef canvas = tick();
    EXPECT_NEAR(pixel(*canvas, 290, 20).y, (235 + 16) / 2, 3);
    EXPECT_EQ(pixel(*canvas, 268, 20), kBlack);
  }
  const auto drawn = mixer_->stats().tilesDrawn;
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(pixel(*tick(), 290, 20).y, (235 + 16) / 2, 3);
  EXPECT_EQ(mixer_->stats().tilesDrawn, drawn) << "nothing changed below it";
}

TEST_F(VideoPlanTest, APlanThatChangesOneTileDrawsOneTile) {
  const auto ann = mixer_->addSlot(nullptr);
  const auto bob = mixer_->addSlot(nullptr);
  TilePlan left = tile(ann, kLeft), right = tile(bob, kRight), below = tile(nullptr, {0, 90, 320, 90});
  show({left, right, below});
  push(*ann, kRed, 640, 360);
  push(*bob, kBlue, 640, 360);
  tick();
  const VideoMixerStats before = mixer_->stats();
  EXPECT_EQ(before.tilesDrawn, 3U);
  left.overlays = {{sheet(20, 10, kWhite), Anchor::topLeft, 0, 0}};
  show({left, right, below});
  EXPECT_EQ(pixel(*tick(), 4, 4), kWhite);
  EXPECT_EQ(mixer_->stats().tilesDrawn - before.tilesDrawn, 1U) << "a label";
  show({left, right});
  tick();
  EXPECT_EQ(mixer_->stats().tilesDrawn - before.tilesDrawn, 1U) << "only the background";
  show({right, left});
  tick();
  tick();
  EXPECT_LE(mixer_->stats().tilesDrawn - before.tilesDrawn, 2U) << "another order";
  EXPECT_EQ(mixer_->stats().scaled, before.scaled) << "the frames are kept";
  EXPECT_EQ(mixer_->stats().refitted, 0U);
}

// Also what another tile lies over is drawn, but nothing beside it.
TEST_F(VideoPlanTest, WhatOverlapsIsDrawnToo) {
  const auto slot = mixer_->addSlot(nullptr);
  show({tile(slot, kLeft), tile(nullptr, {100, 60, 80, 60}), tile(nullptr, {240, 100, 80, 80})});
  push(*slot, kRed);
  tick();
  const auto before = mixer_->stats().tilesDrawn;
  push(*slot, kGreen);
  const FrameRef canvas = tick();
  EXPECT_EQ(mixer_->stats().tilesDrawn - before, 2U);
  EXPECT_EQ(pixel(*canvas, 120, 80), kAvatar);
  EXPECT_EQ(pixel(*canvas, 98, 80), kGreen);
}

// With a playout delay the frames of the new shape are not due yet when a plan changes it: those of the old
// one go on in their time.
TEST_F(VideoPlanTest, AChangeOfShapeNeitherJumpsNorStalls) {
  constexpr Nanos kDelay = 100ms;
  const auto slot = mixer_->addSlot(std::make_shared<FixedDelay>(kDelay));
  show({tile(slot, kLeft)});
  const Nanos start = now_;
  for (int i = 0; i < 40; ++i) {
    if (i == 20) show({tile(slot, kWhole)});
    slot->push(solid(640, 360, {20 + 4 * i, 128, 128}, now_), now_);
    const FrameRef canvas = tick();
    const auto due = (now_ - start - kDelay) / kTick;
    if (due < 0) continue;
    ASSERT_NEAR(centreOf(*canvas, kLeft).y, 20 + 4 * due, 1) << "at tick " << i;
    ASSERT_EQ(pixel(*canvas, 319, 179), i < 20 ? kBackground : pixel(*canvas, 0, 0)) << "at tick " << i;
  }
  EXPECT_GE(mixer_->stats().refitted, 2U);
  EXPECT_LE(mixer_->stats().refitted, 4U);
}

// Nobody takes the picture, so nothing ticks, and the tile changes again and again.
TEST_F(VideoPlanTest, WithoutTicksFramesDoNotPileUp) {
  const auto slot = mixer_->addSlot(std::make_shared<FixedDelay>(100ms));
  std::vector<std::weak_ptr<const void>> sent;
  for (int i = 0; i < 40; ++i) {
    show({tile(slot, {0, 0, i % 2 ? 160 : 80, 90})});
    for (int k = 0; k < 8; ++k) {
      VideoFrame frame = solid(i % 2 ? 160 : 80, 90, kRed, now_ += kTick);  // needs no scaling
      sent.emplace_back(frame.memory);
      slot->push(std::move(frame), now_);
    }
  }
  const auto kept = std::ranges::count_if(sent, [](const auto& memory) { return !memory.expired(); });
  EXPECT_LE(kept, 2 * VideoSlot::kMaxQueued);
  EXPECT_EQ(centreOf(*tick(), kLeft), kRed);
}

// Back after a while in no tile: nothing old is shown, not even with a playout delay.
TEST_F(VideoPlanTest, ComesBackWithTheNewestFrame) {
  const auto slot = mixer_->addSlot(std::make_shared<FixedDelay>(100ms));
  show({tile(slot, kLeft)});
  push(*slot, kRed);
  tick();
  show({});
  for (int i = 0; i < 30; ++i) {
    push(*slot, kGreen);
    tick();
  }
  show({tile(slot, kRight)});
  EXPECT_EQ(centreOf(*tick(), kRight), kGreen);
}

Yuv checkered(int x, int y) {
  return (x + y) % 2 == 0 ? kWhite : kBlack;
}

TEST_F(VideoPlanTest, SharpTilesAreNeverBlurred) {
  struct Case {
    int width, height;  // of the source, into 160x90
    int times;
  };
  for (const Case& c : {Case{100, 60, 1}, Case{160, 90, 1}, Case{80, 44, 2}, Case{40, 20, 4}}) {
    const auto slot = mixer_->addSlot(nullptr);
    TilePlan plan = tile(slot, kLeft);
    plan.sharp = true;
    plan.fit = Fit::fill;
    show({plan});
    slot->push(paint(c.width, c.height, now_, checkered), now_);
    const FrameRef canvas = tick();
    const int left = (160 - c.times * c.width) / 2 & ~1, top = (90 - c.times * c.height) / 2 & ~1;
    for (int y = 0; y < c.times * c.height; ++y) {
      for (int x = 0; x < c.times * c.width; ++x)
        ASSERT_EQ(pixel(*canvas, left + x, top + y).y, checkered(x / c.times, y / c.times).y)
            << x << "," << y;
    }
    if (left > 0) {
      EXPECT_EQ(pixel(*canvas, left - 1, 45), kBars);
    }
  }
}

TEST_F(VideoPlanTest, SharpTilesAreAveragedWhenScaledDown) {
  const auto slot = mixer_->addSlot(nullptr);
  TilePlan plan = tile(slot, kLeft);
  plan.sharp = true;
  show({plan});
  slot->push(paint(480, 270, now_, checkered), now_);
  const FrameRef canvas = tick();
  for (int x = 10; x < 150; x += 7) EXPECT_NEAR(pixel(*canvas, x, 44).y, (235 + 16) / 2, 15);
  slot->push(solid(400, 90, kRed, now_), now_);  // flat and wide: all of it
  const FrameRef wide = tick();
  EXPECT_EQ(pixel(*wide, 0, 44), kRed);
  EXPECT_EQ(pixel(*wide, 159, 44), kRed);
  EXPECT_EQ(pixel(*wide, 80, 20), kBars);
}

}  // namespace
}  // namespace tessera::mix
