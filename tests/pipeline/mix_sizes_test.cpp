// SPDX-License-Identifier: Apache-2.0
// Senders follow their tiles: the size of what they send may change at any frame.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "pipelines/mix/frame_pool.h"
#include "pipelines/mix/video_mixer.h"

namespace tessera::mix {
namespace {

using namespace std::chrono_literals;

constexpr Nanos kStart = 10h;
constexpr Nanos kFrame = 1'000'000'000ns / 30;
constexpr int kFramesOfASize = 6;  // 200 ms
constexpr int kFrames = 300;

struct Size {
  int width, height;
};
constexpr std::array<Size, 5> kSizes{{{1280, 720}, {320, 180}, {640, 360}, {214, 120}, {960, 540}}};

VideoFrame greyFrame(const Size& size, std::uint8_t luma, Nanos captured) {
  auto memory = std::make_shared<std::vector<std::uint8_t>>(i420Bytes(size.width, size.height), 128);
  VideoFrame frame = i420Over(memory->data(), size.width, size.height).frame;
  std::fill_n(memory->begin(), frame.strideY * size.height, luma);
  frame.captured = captured;
  frame.memory = memory;
  return frame;
}

TEST(MixSizes, aSenderWhoseSizeChangesAllTheTimeCostsNoTickAndLosesNoFrame) {
  const auto mixer = VideoMixer::create(640, 360);
  const auto slot = mixer->addSlot(nullptr);
  VideoPlan plan;
  plan.width = 640;
  plan.height = 360;
  plan.tiles.push_back({.identity = 2, .slot = slot, .rect = {160, 90, 320, 180}});
  mixer->setPlan(plan);
  int background = 0;
  for (int n = 0; n < kFrames; ++n) {
    const auto& size = kSizes.at(static_cast<std::size_t>(n / kFramesOfASize) % kSizes.size());
    const auto luma = static_cast<std::uint8_t>(40 + 7 * n % 180);
    const Nanos now = kStart + n * kFrame;
    slot->push(greyFrame(size, luma, now - 20ms), now - 10ms);
    const FrameRef canvas = mixer->tick(now);
    if (n == 0) background = canvas->y[0];
    const auto at = [&](int x, int y) { return canvas->y[y * canvas->strideY + x]; };
    // The new frame, in all of its tile and nowhere else.
    for (const auto& [x, y] : {std::pair{161, 91}, {320, 180}, {478, 268}})
      ASSERT_NEAR(at(x, y), luma, 2) << n;
    ASSERT_NEAR(at(150, 80), background, 2);
  }
  // Each was scaled where it arrived; nothing is left for the tick.
  const VideoMixerStats stats = mixer->stats();
  EXPECT_EQ(stats.refitted, 0U);
  EXPECT_EQ(stats.framesDropped, 0U);
  EXPECT_EQ(stats.framesIn, static_cast<std::uint64_t>(kFrames));
  EXPECT_EQ(stats.tilesDrawn, static_cast<std::uint64_t>(kFrames));
}

}  // namespace
}  // namespace tessera::mix
