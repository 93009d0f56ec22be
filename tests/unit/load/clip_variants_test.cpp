// SPDX-License-Identifier: Apache-2.0
#include "load/clip_variants.h"

#include <gtest/gtest.h>

namespace tessera::load {
namespace {

// Empty clips: only which one is taken matters.
ClipVariants ladderOf(const VideoClipSettings& best) {
  ClipVariants variants;
  for (const VideoClipSettings& settings : variantsOf(best))
    variants.push_back({settings, std::make_shared<const Clip>()});
  return variants;
}

const VideoClipSettings* settingsOf(const ClipVariants& variants, const std::shared_ptr<const Clip>& clip) {
  for (const ClipVariant& variant : variants)
    if (variant.clip == clip) return &variant.settings;
  return nullptr;
}

TEST(ClipVariantsTest, TheBestComesFirstAndEachOneIsLess) {
  const VideoClipSettings best{VideoCodec::h264, 640, 360, 30, 600};
  const auto variants = variantsOf(best);
  ASSERT_EQ(variants.size(), 10u);
  EXPECT_EQ(variants.front().width, 640);
  EXPECT_EQ(variants.front().fps, 30);
  EXPECT_EQ(variants.front().kbps, 600);
  EXPECT_EQ(variants.back().width, 160);
  EXPECT_EQ(variants.back().fps, 15);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    EXPECT_EQ(variants[i].codec, VideoCodec::h264);
    EXPECT_EQ(variants[i].width * 9, variants[i].height * 16) << i;
    EXPECT_EQ(variants[i].height % 2, 0) << i;
    if (i > 0) {
      EXPECT_LE(variants[i].height, variants[i - 1].height) << i;
      EXPECT_TRUE(variants[i].height < variants[i - 1].height || variants[i].fps < variants[i - 1].fps) << i;
    }
  }
}

TEST(ClipVariantsTest, WhatIsSmallOrSlowAlreadyHasFewer) {
  EXPECT_EQ(variantsOf({VideoCodec::vp8, 160, 90, 15, 100}).size(), 1u);
  EXPECT_EQ(variantsOf({VideoCodec::vp8, 320, 180, 30, 200}).size(), 6u);  // three scales, two rates
}

TEST(ClipVariantsTest, TakesTheBestThatIsWithinWhatIsAskedFor) {
  const ClipVariants variants = ladderOf({VideoCodec::vp8, 640, 360, 30, 600});
  const struct {
    Ingest asked;
    int height, fps;
  } cases[] = {{{1280, 720, 30, 2000}, 360, 30}, {{640, 360, 30, 700}, 360, 30},
               {{640, 360, 15, 700}, 360, 15},   {{454, 256, 30, 600}, 270, 30},  // a little above
               {{426, 240, 30, 600}, 180, 30},                                    // far above: the next one
               {{640, 360, 30, 200}, 180, 30},                                    // the bitrate counts
               {{360, 360, 30, 700}, 180, 30},                                    // and so does the width
               {{64, 36, 5, 30}, 90, 15}};                                        // there is nothing less
  for (const auto& test : cases) {
    const auto* settings = settingsOf(variants, pickVariant(variants, test.asked));
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->height, test.height) << test.asked.width << "x" << test.asked.height;
    EXPECT_EQ(settings->fps, test.fps) << test.asked.width << "x" << test.asked.height;
  }
  EXPECT_EQ(pickVariant(variants, {}), nullptr) << "nothing of it is shown";
  EXPECT_EQ(pickVariant({}, {640, 360, 30, 600}), nullptr) << "who has no picture sends none";
}

}  // namespace
}  // namespace tessera::load
