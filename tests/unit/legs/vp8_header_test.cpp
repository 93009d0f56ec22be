// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/vp8_header.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "pipelines/legs/leg_input.h"

namespace tessera {
namespace {

std::vector<std::uint8_t> keyframe(int width, int height) {
  return {0x10,
          0x02,
          0x00,
          0x9d,
          0x01,
          0x2a,
          static_cast<std::uint8_t>(width & 255),
          static_cast<std::uint8_t>(width >> 8 | 0x40),  // the upper two bits are the scale
          static_cast<std::uint8_t>(height & 255),
          static_cast<std::uint8_t>(height >> 8)};
}

TEST(Vp8HeaderTest, ReadsTheSizeOfAKeyframe) {
  const auto size = vp8KeyframeSize(keyframe(1279, 721));
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width, 1279);
  EXPECT_EQ(size->height, 721);
}

TEST(Vp8HeaderTest, SkipsEverythingElse) {
  EXPECT_FALSE(vp8KeyframeSize({}));
  auto frame = keyframe(640, 360);
  frame.pop_back();
  EXPECT_FALSE(vp8KeyframeSize(frame));
  frame = keyframe(640, 360);
  frame[0] |= 1;  // an interframe
  EXPECT_FALSE(vp8KeyframeSize(frame));
  frame = keyframe(640, 360);
  frame[4] = 0;  // no start code
  EXPECT_FALSE(vp8KeyframeSize(frame));
}

TEST(AcceptableSizeTest, HasLimits) {
  constexpr bool kCamera = false;
  EXPECT_TRUE(isAcceptableSize(1, 1, kCamera));
  EXPECT_TRUE(isAcceptableSize(641, 361, kCamera));
  EXPECT_TRUE(isAcceptableSize(1920, 1080, kCamera));
  EXPECT_TRUE(isAcceptableSize(1080, 1920, kCamera));
  EXPECT_FALSE(isAcceptableSize(0, 10, kCamera));
  EXPECT_FALSE(isAcceptableSize(3840, 2160, kCamera));
  EXPECT_FALSE(isAcceptableSize(16383, 16, kCamera));
  constexpr bool kScreen = true;
  EXPECT_TRUE(isAcceptableSize(3840, 2160, kScreen));
  EXPECT_TRUE(isAcceptableSize(5120, 1440, kScreen));
  EXPECT_FALSE(isAcceptableSize(3842, 2160, kScreen));
  EXPECT_FALSE(isAcceptableSize(16383, 16, kScreen));
}

}  // namespace
}  // namespace tessera
