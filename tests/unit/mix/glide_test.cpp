// SPDX-License-Identifier: Apache-2.0
// Tiles move to their new places within the time of the plan, on every tick a step.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "pipelines/mix/rects.h"
#include "video_fixture.h"

namespace tessera::mix {
namespace {

using namespace test;

constexpr Nanos kGlide = 250ms;
constexpr int kTicksOfGlide = 8;  // the first at which all is in place

class GlideTest : public VideoMixerTest {
 protected:
  // Colours are told apart by their luma.
  TilePlan person(std::uint64_t identity, Rect rect, Yuv colour) {
    TilePlan plan;
    plan.identity = identity;
    plan.rect = rect;
    plan.avatar = share(solid(rect.width, rect.height, colour));
    return plan;
  }
  void glideTo(std::vector<TilePlan> tiles, Nanos time = kGlide) {
    mixer_->setPlan({.tiles = std::move(tiles), .glide = time});
  }
  // What is of this colour.
  static Rect find(const VideoFrame& canvas, Yuv colour) {
    Rect found{canvas.width, canvas.height, 0, 0};
    int right = 0, bottom = 0;
    for (int y = 0; y < canvas.height; y += 2) {
      for (int x = 0; x < canvas.width; x += 2) {
        if (!(pixel(canvas, x, y) == colour)) continue;
        found.x = std::min(found.x, x);
        found.y = std::min(found.y, y);
        right = std::max(right, x + 2);
        bottom = std::max(bottom, y + 2);
      }
    }
    found.width = right - found.x;
    found.height = bottom - found.y;
    return found;
  }
  void inPlace(const Rect& found, const Rect& expected) {
    EXPECT_TRUE(found == expected) << found.x << "," << found.y << " " << found.width << "x" << found.height;
  }
};

TEST_F(GlideTest, MovesAndGrowsSmoothly) {
  const Rect from{0, 0, 80, 44}, to{120, 60, 200, 120};
  glideTo({person(1, from, kRed)});
  tick();
  inPlace(find(*tick(), kRed), from);
  glideTo({person(1, to, kRed)});
  Rect last = from;
  int largest = 0, first = 0, step = 0;
  for (int i = 1; i < kTicksOfGlide; ++i) {
    const Rect at = find(*tick(), kRed);
    step = at.x - last.x;
    if (i == 1) first = step;
    largest = std::max(largest, step);
    EXPECT_GT(at.x, last.x) << "at tick " << i;
    EXPECT_GE(at.width, last.width);
    EXPECT_GE(at.height, last.height);
    EXPECT_LE(at.x + at.width, to.x + to.width);
    last = at;
  }
  EXPECT_LT(first, largest / 2 + 1) << "starts slowly";
  EXPECT_LT(step, largest / 2 + 1) << "ends slowly";
  inPlace(find(*tick(), kRed), to);
  const auto stats = mixer_->stats();
  tick();
  EXPECT_EQ(mixer_->stats().tilesDrawn, stats.tilesDrawn) << "at rest nothing is drawn";
  EXPECT_EQ(mixer_->stats().refitted, stats.refitted);
}

TEST_F(GlideTest, TurnsRoundInTheMiddle) {
  glideTo({person(1, kLeft, kRed)});
  tick();
  glideTo({person(1, kRight, kRed)});
  Rect at;
  for (int i = 0; i < 4; ++i) at = find(*tick(), kRed);
  EXPECT_GT(at.x, 40);
  glideTo({person(1, kLeft, kRed)});
  for (int i = 1; i < kTicksOfGlide; ++i) {
    const Rect next = find(*tick(), kRed);
    EXPECT_LE(next.x, at.x);
    EXPECT_GE(next.x, at.x - 40) << "no jump at tick " << i;
    at = next;
  }
  inPlace(find(*tick(), kRed), kLeft);
}

// A label or a border that changes meanwhile does not start the glide anew.
TEST_F(GlideTest, GoesOnWhileOnlyDrawingsChange) {
  glideTo({person(1, kLeft, kRed)});
  tick();
  for (int i = 1; i < kTicksOfGlide; ++i) {
    glideTo({person(1, kRight, kRed)});
    EXPECT_GT(find(*tick(), kRed).x, 0);
  }
  glideTo({person(1, kRight, kRed)});
  inPlace(find(*tick(), kRed), kRight);
}

TEST_F(GlideTest, NewOnesGrowInPlaceAndGoneOnesVanishAtOnce) {
  glideTo({person(1, kLeft, kRed)});
  inPlace(find(*tick(), kRed), kLeft);  // the very first picture is just there
  glideTo({person(2, kRight, kGreen)});
  FrameRef canvas = tick();
  EXPECT_EQ(find(*canvas, kRed).width, -kWidth) << "nowhere";
  Rect last = find(*canvas, kGreen);
  EXPECT_GT(last.width, 60);
  EXPECT_LT(last.width, 120);
  for (int i = 2; i < kTicksOfGlide; ++i) {
    const Rect at = find(*tick(), kGreen);
    EXPECT_GE(at.width, last.width);
    EXPECT_NEAR(at.x + at.width / 2, 240, 2) << "around its middle";
    EXPECT_NEAR(at.y + at.height / 2, 45, 2);
    last = at;
  }
  inPlace(find(*tick(), kGreen), kRight);
}

TEST_F(GlideTest, CutsWithoutGlideWithoutIdentityAndWithTheCanvas) {
  glideTo({person(1, kLeft, kRed)});
  tick();
  glideTo({person(1, kRight, kRed)}, 0ms);
  inPlace(find(*tick(), kRed), kRight);
  glideTo({person(1, kLeft, kRed)});
  tick();
  glideTo({person(1, kRight, kRed)}, 0ms);  // also from the middle of one
  inPlace(find(*tick(), kRed), kRight);
  glideTo({person(0, kLeft, kGreen)});
  inPlace(find(*tick(), kGreen), kLeft);
  glideTo({person(1, kLeft, kRed)}, 0ms);
  tick();
  const Rect place{0, 100, 60, 60};
  mixer_->setPlan({.width = 100, .height = 200, .tiles = {person(1, place, kRed)}, .glide = kGlide});
  inPlace(find(*tick(), kRed), place);
}

TEST_F(GlideTest, OverlaysComeAlongOrWait) {
  const auto mark = [](Yuv colour) {
    static const std::vector<std::uint8_t> kOpaque(64, 255);
    return std::make_shared<Overlay>(Overlay{solid(8, 8, colour), kOpaque.data(), 8});
  };
  TilePlan plan = person(1, kLeft, kRed);
  plan.overlays = {{mark(kWhite), Anchor::bottomLeft, 0, 0, true},
                   {mark(kBlue), Anchor::topRight, 0, 0, false}};
  glideTo({plan});
  tick();
  plan.rect = {160, 90, 160, 90};
  glideTo({plan});
  for (int i = 1; i < kTicksOfGlide; ++i) {
    const FrameRef canvas = tick();
    const Rect at = find(*canvas, kRed);
    EXPECT_EQ(find(*canvas, kWhite).x, at.x) << "at tick " << i;
    EXPECT_EQ(find(*canvas, kWhite).y + 8, at.y + at.height);
    EXPECT_LT(find(*canvas, kBlue).width, 0);
  }
  EXPECT_EQ(find(*tick(), kBlue).x, 312);
}

// Video of the old size until there is one of the new: every tick has a picture, and none is scaled twice
// once it is in place.
TEST_F(GlideTest, VideoGlidesWithItsPlayoutDelay) {
  const auto slot = mixer_->addSlot(std::make_shared<FixedDelay>(100ms));
  TilePlan plan = person(1, kLeft, kAvatar);
  plan.slot = slot;
  glideTo({plan});
  const auto frame = [&](int i) {
    slot->push(solid(640, 360, {60 + 4 * i, 128, 128}, now_), now_);
    return tick();
  };
  for (int i = 0; i < 10; ++i) frame(i);
  plan.rect = {80, 60, 240, 120};
  glideTo({plan});
  for (int i = 10; i < 30; ++i) {
    const FrameRef canvas = frame(i);
    const int due = 60 + 4 * (i - 3);
    EXPECT_FALSE(empty(find(*canvas, {due, 128, 128}))) << "at tick " << i;
  }
  inPlace(find(*frame(30), {60 + 4 * 27, 128, 128}), plan.rect);
  EXPECT_LE(mixer_->stats().refitted, static_cast<std::uint64_t>(kTicksOfGlide));
}

// Drawing only what changed gives the picture that drawing everything gives: random plans of overlapping
// tiles that glide, with labels and a logo, compared pixel by pixel with a mixer that starts from the
// background on every tick.
class DirtyOrNot : public testing::TestWithParam<unsigned> {
 protected:
  static constexpr int kPeople = 6;

  Rect anywhere() {
    const int width = 2 * number(8, 60), height = 2 * number(8, 40);
    return {2 * number(0, (kWidth - width) / 2), 2 * number(0, (kHeight - height) / 2), width, height};
  }
  int number(int from, int to) { return std::uniform_int_distribution<int>(from, to)(random_); }

  // Everybody who is there, each with a chance of changing place, label and order.
  void change() {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (number(0, 2) == 0) places_[i] = anywhere();
      if (number(0, 2) == 0) labels_[i] = number(0, 2) == 0 ? nullptr : label(2 * number(4, 40));
    }
    if (number(0, 3) == 0) std::ranges::shuffle(order_, random_);
    glide_ = number(0, 3) == 0 ? 0ms : Nanos(1ms) * number(60, 400);
    count_ = number(1, kPeople);
  }
  std::shared_ptr<const Overlay> label(int width) {
    alphas_.push_back(std::make_shared<std::vector<std::uint8_t>>(static_cast<std::size_t>(width) * 9, 150));
    return std::make_shared<Overlay>(Overlay{solid(width, 9, kWhite), alphas_.back()->data(), width});
  }
  VideoPlan plan(const std::vector<std::shared_ptr<VideoSlot>>& slots, FrameRef background) const {
    VideoPlan out;
    out.background = std::move(background);
    out.glide = glide_;
    out.overlays = {{logo_, Anchor::topRight, 4, 4}};
    for (int n = 0; n < count_; ++n) {
      const std::size_t i = order_[static_cast<std::size_t>(n)];
      TilePlan tile;
      tile.identity = i + 1;
      tile.slot = slots[i];
      tile.rect = places_[i];
      if (labels_[i]) tile.overlays = {{labels_[i], Anchor::bottomLeft, 2, 2, i % 2 == 0}};
      out.tiles.push_back(std::move(tile));
    }
    return out;
  }
  static bool same(const VideoFrame& a, const VideoFrame& b) {
    for (int y = 0; y < kHeight; ++y)
      for (int x = 0; x < kWidth; ++x)
        if (const Yuv p = pixel(a, x, y), q = pixel(b, x, y); p.y != q.y || p.u != q.u || p.v != q.v)
          return false;
    return true;
  }

  std::mt19937 random_{GetParam()};
  std::vector<std::shared_ptr<std::vector<std::uint8_t>>> alphas_;
  std::vector<Rect> places_ = std::vector<Rect>(kPeople, kLeft);
  std::vector<std::shared_ptr<const Overlay>> labels_ = std::vector<std::shared_ptr<const Overlay>>(kPeople);
  std::vector<std::size_t> order_{0, 1, 2, 3, 4, 5};
  std::shared_ptr<const Overlay> logo_ = label(30);
  Nanos glide_{0};
  int count_ = 1;
};

TEST_P(DirtyOrNot, IsTheSamePicture) {
  const auto lazy = VideoMixer::create(kWidth, kHeight), thorough = VideoMixer::create(kWidth, kHeight);
  std::vector<std::shared_ptr<VideoSlot>> slots, others;
  for (int i = 0; i < kPeople; ++i) {
    slots.push_back(lazy->addSlot(nullptr));
    others.push_back(thorough->addSlot(nullptr));
  }
  const VideoFrame wallpaper = paint(kWidth, kHeight, 0ns, [](int x, int y) {
    return Yuv{(x + 2 * y) % 200, 140, 120};
  });
  const FrameRef background = share(wallpaper);
  Nanos now = 1000s;
  FrameRef held;
  for (int i = 0; i < 120; ++i) {
    if (i % 7 == 0) {
      change();
      lazy->setPlan(plan(slots, background));
    }
    thorough->setPlan(plan(others, share(wallpaper)));  // another background: all of it again
    for (std::size_t k = 0; k < slots.size(); ++k) {
      if (number(0, 2) != 0) continue;
      const VideoFrame frame =
          solid(2 * number(20, 60), 2 * number(20, 60), {40 + 30 * static_cast<int>(k), 90, 160});
      slots[k]->push(frame, now);
      others[k]->push(frame, now);
    }
    now += kTick;
    const FrameRef picture = lazy->tick(now);
    ASSERT_TRUE(same(*picture, *thorough->tick(now))) << "at tick " << i;
    if (number(0, 2) == 0) held = picture;  // so that several canvases take turns
  }
  EXPECT_LT(lazy->stats().tilesDrawn, thorough->stats().tilesDrawn * 9 / 10);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DirtyOrNot, testing::Range(1U, 9U));

}  // namespace
}  // namespace tessera::mix
