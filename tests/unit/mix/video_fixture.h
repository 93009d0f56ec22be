// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "frames.h"

// A mixer, a clock that only the test moves, and what most of its tests do with them.

namespace tessera::mix::test {

inline constexpr int kWidth = 320, kHeight = 180;
inline constexpr Nanos kTick = 33333333ns;
inline constexpr Rect kLeft{0, 0, 160, 90}, kRight{160, 0, 160, 90}, kWhole{0, 0, kWidth, kHeight};
inline constexpr Yuv kAvatar{100, 90, 160};
inline constexpr Yuv kBars{23, 129, 127};  // half as bright as the background
inline constexpr Yuv kBackground{30, 131, 127};

// D is what the test says.
class FixedDelay final : public PlayoutDelay {
 public:
  explicit FixedDelay(Nanos value) : value_(value) {}
  void observeVideo(Nanos, Nanos) override {}
  void observeAudio(Nanos, Nanos) override {}
  Nanos value() const override { return value_; }

 private:
  Nanos value_;
};

class VideoMixerTest : public testing::Test {
 protected:
  TilePlan tile(const std::shared_ptr<VideoSlot>& slot, Rect rect) const {
    TilePlan plan;
    plan.slot = slot;
    plan.rect = rect;
    plan.avatar = share(solid(rect.width, rect.height, kAvatar));
    return plan;
  }
  void show(std::vector<TilePlan> tiles) { mixer_->setPlan({.tiles = std::move(tiles)}); }
  FrameRef tick() { return mixer_->tick(now_ += kTick); }
  void push(VideoSlot& slot, Yuv colour, int width = 160, int height = 90) {
    slot.push(solid(width, height, colour, now_), now_);
  }

  Nanos now_ = 1000s;
  std::unique_ptr<VideoMixer> mixer_ = VideoMixer::create(kWidth, kHeight);
};

}  // namespace tessera::mix::test
