// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/video_mixer.h"

#include <gtest/gtest.h>

#include "video_fixture.h"

namespace tessera::mix {
namespace {

using namespace test;

TEST_F(VideoMixerTest, TicksWithoutAnybody) {
  const FrameRef canvas = tick();
  ASSERT_TRUE(canvas);
  EXPECT_EQ(canvas->width, kWidth);
  EXPECT_EQ(canvas->height, kHeight);
  EXPECT_EQ(canvas->captured, now_);
}

TEST_F(VideoMixerTest, ShowsTheAvatarUntilTheFirstFrame) {
  const auto slot = mixer_->addSlot(nullptr);
  show({tile(slot, kLeft)});
  EXPECT_EQ(centreOf(*tick(), kLeft), kAvatar);
  push(*slot, kRed);
  EXPECT_EQ(centreOf(*tick(), kLeft), kRed);
}

// One joins, the tiles change size, one leaves: at every tick each tile shows its own colour, at its new
// size, without a tick of hole in between and without a new frame.
TEST_F(VideoMixerTest, PeopleJoinAndLeaveWithoutAHole) {
  const auto ann = mixer_->addSlot(nullptr);
  show({tile(ann, kWhole)});
  push(*ann, kRed, 640, 360);
  EXPECT_EQ(pixel(*tick(), 319, 179), kRed);

  const auto bob = mixer_->addSlot(nullptr);
  push(*bob, kBlue, 640, 360);  // even before he has a tile
  show({tile(ann, kLeft), tile(bob, kRight)});
  FrameRef canvas = tick();
  EXPECT_EQ(pixel(*canvas, 0, 0), kRed);
  EXPECT_EQ(pixel(*canvas, 159, 89), kRed);
  EXPECT_EQ(pixel(*canvas, 160, 0), kBlue);
  EXPECT_EQ(pixel(*canvas, 319, 89), kBlue);
  EXPECT_NE(pixel(*canvas, 100, 150), kRed) << "the old size is gone";

  show({tile(bob, kWhole)});
  EXPECT_EQ(pixel(*tick(), 0, 179), kBlue);
}

// The frame that is due is queued at the old size when the plan changes.
TEST_F(VideoMixerTest, ChangesSizeWithAPlayoutDelay) {
  const auto slot = mixer_->addSlot(std::make_shared<FixedDelay>(100ms));
  show({tile(slot, kWhole)});
  for (int i = 0; i < 8; ++i) {
    push(*slot, kGreen, 640, 360);
    tick();
  }
  show({tile(slot, kLeft)});
  const FrameRef canvas = tick();
  EXPECT_EQ(centreOf(*canvas, kLeft), kGreen);
  EXPECT_NE(pixel(*canvas, 300, 170), kGreen);
}

TEST_F(VideoMixerTest, StalledInputTurnsIntoTheAvatarAfterTwoSeconds) {
  const auto slot = mixer_->addSlot(nullptr);
  const auto other = mixer_->addSlot(nullptr);
  show({tile(slot, kLeft), tile(other, kRight)});
  push(*slot, kRed);
  const Nanos last = now_;
  while (now_ + kTick <= last + VideoSlot::kStaleAfter) {
    push(*other, kBlue);
    const FrameRef canvas = tick();
    ASSERT_EQ(centreOf(*canvas, kLeft), kRed);
    ASSERT_EQ(centreOf(*canvas, kRight), kBlue);
  }
  EXPECT_EQ(centreOf(*tick(), kLeft), kAvatar);
  push(*slot, kGreen);
  EXPECT_EQ(centreOf(*tick(), kLeft), kGreen);
}

TEST_F(VideoMixerTest, ASharedScreenMayStandStillForLong) {
  const auto slot = mixer_->addSlot(nullptr);
  TilePlan plan = tile(slot, kLeft);
  plan.sharp = true;
  show({plan});
  push(*slot, kRed);
  now_ += 60s;
  EXPECT_EQ(centreOf(*tick(), kLeft), kRed);
  plan.rect = kRight;
  show({plan});
  EXPECT_EQ(centreOf(*tick(), kRight), kRed);
}

TEST_F(VideoMixerTest, CameraOffShowsNothingOldWhenItComesBack) {
  const auto slot = mixer_->addSlot(nullptr);
  show({tile(slot, kLeft)});
  push(*slot, kRed);
  EXPECT_EQ(centreOf(*tick(), kLeft), kRed);
  TilePlan off = tile(slot, kLeft);
  off.showVideo = false;
  show({off});
  push(*slot, kRed);
  EXPECT_EQ(centreOf(*tick(), kLeft), kAvatar);
  show({tile(slot, kLeft)});
  EXPECT_EQ(centreOf(*tick(), kLeft), kAvatar);
  push(*slot, kGreen);
  EXPECT_EQ(centreOf(*tick(), kLeft), kGreen);
}

// 30 fps in at 30 fps out: with D each frame is shown at the first tick at or after captured + D.
TEST_F(VideoMixerTest, ShowsFramesWhenTheyAreDue) {
  constexpr Nanos kDelay = 100ms;
  const auto slot = mixer_->addSlot(std::make_shared<FixedDelay>(kDelay));
  show({tile(slot, kLeft)});
  std::vector<std::pair<Nanos, int>> sent;
  for (int i = 0; i < 60; ++i) {
    const int luma = 20 + 3 * i;
    sent.emplace_back(now_, luma);
    slot->push(solid(160, 90, {luma, 128, 128}, now_), now_);
    const int shown = centreOf(*tick(), kLeft).y;
    int due = sent.front().second;
    for (const auto& [captured, value] : sent) {
      if (captured + kDelay <= now_) due = value;
    }
    ASSERT_EQ(shown, due) << "at tick " << i;
  }
  EXPECT_LE(mixer_->stats().framesDropped, 1U);
}

// Late, in bursts: nothing goes back in time, and a burst shows its newest due frame.
TEST_F(VideoMixerTest, LateFramesNeverRunBackwards) {
  const auto slot = mixer_->addSlot(std::make_shared<FixedDelay>(60ms));
  show({tile(slot, kLeft)});
  int next = 0, last = 0;
  const Nanos start = now_;
  for (int i = 0; i < 50; ++i) {
    if (i % 5 == 0) {  // five frames at once, the oldest 167 ms late
      for (int k = 0; k < 5; ++k, ++next) {
        slot->push(solid(160, 90, {20 + 2 * next, 128, 128}, start + next * kTick - 5 * kTick), now_);
      }
    }
    const int shown = centreOf(*tick(), kLeft).y;
    ASSERT_GE(shown, last);
    last = shown;
  }
  EXPECT_GE(last, 20 + 2 * (next - 5));
}

// 240 fps with D = 200 ms is eight times what the queue holds; what is left is spread over all of it, so the
// picture moves on at least every third tick.
TEST_F(VideoMixerTest, TooFastASenderIsThinnedOutEvenly) {
  const auto slot = mixer_->addSlot(std::make_shared<FixedDelay>(PlayoutDelay::kMax));
  show({tile(slot, kLeft)});
  int sent = 0, last = -1, still = 0, longestStill = 0;
  for (int i = 0; i < 40; ++i) {
    for (int k = 0; k < 8; ++k, ++sent) {
      const Nanos captured = now_ + k * kTick / 8;
      slot->push(solid(160, 90, {20 + sent / 2, 128, 128}, captured), captured);
    }
    const int shown = centreOf(*tick(), kLeft).y;
    still = i > 10 && shown == last ? still + 1 : 0;
    longestStill = std::max(longestStill, still);
    last = shown;
  }
  EXPECT_LE(longestStill, 2);
}

TEST_F(VideoMixerTest, CropsTheMiddleOfColourBars) {
  const auto slot = mixer_->addSlot(nullptr);
  TilePlan plan = tile(slot, {0, 0, 120, 90});
  plan.fit = Fit::fill;
  show({plan});
  // 320x180 into 4:3: 40 columns on each side go; the bars between them keep their places.
  slot->push(paint(320, 180, now_,
                   [](int x, int) {
                     if (x < 40 || x >= 280) return kWhite;
                     return x < 120 ? kRed : x < 200 ? kGreen : kBlue;
                   }),
             now_);
  const FrameRef canvas = tick();
  for (const int y : {2, 45, 87}) {
    EXPECT_EQ(pixel(*canvas, 4, y), kRed);
    EXPECT_EQ(pixel(*canvas, 36, y), kRed);
    EXPECT_EQ(pixel(*canvas, 60, y), kGreen);
    EXPECT_EQ(pixel(*canvas, 84, y), kBlue);
    EXPECT_EQ(pixel(*canvas, 115, y), kBlue);
  }
}

TEST_F(VideoMixerTest, LetterboxesAPhone) {
  const auto slot = mixer_->addSlot(nullptr);
  show({tile(slot, kLeft)});
  push(*slot, kWhite, 160, 90);
  tick();
  push(*slot, kRed, 360, 640);
  const FrameRef canvas = tick();
  EXPECT_EQ(centreOf(*canvas, kLeft), kRed);
  EXPECT_EQ(pixel(*canvas, 4, 45), kBars);
  EXPECT_EQ(pixel(*canvas, 155, 45), kBars);
}

TEST_F(VideoMixerTest, BlendsTheLabelOverVideoAndAvatarAndClipsIt) {
  VideoFrame ink = solid(32, 16, kWhite);
  const auto alpha = std::make_shared<std::vector<std::uint8_t>>(32 * 16, 0);
  for (std::size_t i = 0; i < alpha->size(); ++i) (*alpha)[i] = i % 32 < 16 ? 255 : 128;
  auto label = std::make_shared<Overlay>(Overlay{ink, alpha->data(), 32});
  const auto slot = mixer_->addSlot(nullptr);
  TilePlan plan = tile(slot, kLeft);
  plan.overlays = {{label, Anchor::topLeft, 8, 70}};
  show({plan});
  push(*slot, kBlack);
  FrameRef canvas = tick();
  EXPECT_NEAR(pixel(*canvas, 12, 78).y, 235, 2);
  EXPECT_NEAR(pixel(*canvas, 34, 78).y, (235 + 16) / 2, 3);
  EXPECT_EQ(pixel(*canvas, 50, 78), kBlack);
  push(*slot, kBlack);  // drawn again, not blended twice
  tick();
  EXPECT_NEAR(pixel(*tick(), 34, 78).y, (235 + 16) / 2, 3);

  plan.showVideo = false;
  plan.overlays = {{label, Anchor::topLeft, 150, 84}};  // 10 columns and 6 lines fit
  show({plan, tile(mixer_->addSlot(nullptr), kRight)});
  canvas = tick();
  EXPECT_NEAR(pixel(*canvas, 154, 86).y, 235, 2);
  EXPECT_EQ(pixel(*canvas, 162, 86), kAvatar);
  EXPECT_NE(pixel(*canvas, 154, 91).y, 235);
}

// Encoders hold canvases for as long as they like: each keeps its picture, and the tick goes on.
TEST_F(VideoMixerTest, HeldCanvasesAreNeverDrawnOn) {
  const auto slot = mixer_->addSlot(nullptr);
  show({tile(slot, kLeft)});
  std::vector<FrameRef> held;
  for (int i = 0; i < 30; ++i) {
    push(*slot, {20 + i, 128, 128});
    held.push_back(tick());
    ASSERT_EQ(held.back()->captured, now_);
  }
  for (int i = 0; i < 10; ++i) EXPECT_EQ(centreOf(*held[static_cast<std::size_t>(i)], kLeft).y, 20 + i);
  held.clear();
  push(*slot, kRed);
  EXPECT_EQ(centreOf(*tick(), kLeft), kRed);
}

TEST_F(VideoMixerTest, DrawsOnlyWhatChanged) {
  const auto ann = mixer_->addSlot(nullptr);
  const auto bob = mixer_->addSlot(nullptr);
  show({tile(ann, kLeft), tile(bob, kRight)});
  push(*bob, kBlue);
  FrameRef last;
  for (int i = 0; i < 5; ++i) last = tick();
  const auto before = mixer_->stats().tilesDrawn;
  last = nullptr;
  for (int i = 0; i < 20; ++i) {
    push(*ann, kRed);
    tick();
  }
  EXPECT_EQ(mixer_->stats().tilesDrawn - before, 20U);
  last = tick();
  const FrameRef same = tick();
  EXPECT_EQ(last->y, same->y) << "nothing changed: the same picture, with a new time";
  EXPECT_GT(same->captured, last->captured);
}

// A frame that has the tile's size is not scaled; and its memory goes back once it is no longer shown.
TEST_F(VideoMixerTest, DoesNotScaleWhatFitsAndLetsItGo) {
  const auto slot = mixer_->addSlot(nullptr);
  show({tile(slot, kLeft)});
  VideoFrame frame = solid(160, 90, kRed, now_);
  const std::weak_ptr<const void> memory = frame.memory;
  slot->push(std::move(frame), now_);
  tick();
  EXPECT_EQ(mixer_->stats().scaled, 0U);
  EXPECT_FALSE(memory.expired());
  push(*slot, kBlue);
  tick();
  EXPECT_TRUE(memory.expired());
  push(*slot, kBlue, 640, 360);
  EXPECT_EQ(mixer_->stats().scaled, 1U);
}

// Another sender's clock gone wrong: shown within 200 ms all the same.
TEST_F(VideoMixerTest, FramesFromTheFutureWaitOnlyALittle) {
  const auto slot = mixer_->addSlot(std::make_shared<FixedDelay>(0ms));
  show({tile(slot, kLeft)});
  push(*slot, kRed);
  tick();
  slot->push(solid(160, 90, kGreen, now_ + 3600s), now_);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(centreOf(*tick(), kLeft), kRed);
  tick();
  EXPECT_EQ(centreOf(*tick(), kLeft), kGreen);
}

TEST_F(VideoMixerTest, IgnoresPlansAndFramesThatMakeNoSense) {
  const auto slot = mixer_->addSlot(nullptr);
  show({tile(slot, {300, 0, 160, 90}), tile(slot, {1, 0, 160, 90}), tile(nullptr, kRight), tile(slot, kLeft),
        tile(slot, {0, 90, 160, 90})});
  slot->push(VideoFrame{}, now_);
  push(*slot, kGreen);
  const FrameRef canvas = tick();
  EXPECT_EQ(centreOf(*canvas, kLeft), kGreen);
  EXPECT_EQ(centreOf(*canvas, kRight), kAvatar);
  EXPECT_EQ(centreOf(*canvas, {0, 90, 160, 90}), kAvatar) << "a slot stands in one tile";
  EXPECT_EQ(mixer_->stats().framesDropped, 1U);
}

TEST_F(VideoMixerTest, SlotsAndCanvasesMayOutliveTheMixer) {
  const auto slot = mixer_->addSlot(nullptr);
  show({tile(slot, kLeft)});
  push(*slot, kRed);
  const FrameRef canvas = tick();
  mixer_.reset();
  push(*slot, kGreen);
  EXPECT_EQ(centreOf(*canvas, kLeft), kRed);
}

}  // namespace
}  // namespace tessera::mix
