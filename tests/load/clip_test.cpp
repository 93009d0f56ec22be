// SPDX-License-Identifier: Apache-2.0
#include "load/clip.h"

#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "load/clip_file.h"

namespace tessera::load {
namespace {

using testing::HasSubstr;
using std::string_view_literals::operator""sv;

constexpr VideoClipSettings kSmall{VideoCodec::vp8, 160, 90, 10, 100};

std::string temporaryFile() {
  return testing::TempDir() + fmt::format("tessera-clip-{}-{}", getpid(),
                                          testing::UnitTest::GetInstance()->current_test_info()->name());
}

class GStreamer : public testing::Environment {
  void SetUp() override { gst_init(nullptr, nullptr); }
};
const auto* const kGStreamer = testing::AddGlobalTestEnvironment(new GStreamer);

class ClipTest : public testing::TestWithParam<VideoCodec> {};

TEST_P(ClipTest, HoldsItsRateAndHasAKeyframeEveryTwoSeconds) {
  VideoClipSettings settings = kSmall;
  settings.codec = GetParam();
  const auto clip = encodeVideoClip(settings);
  ASSERT_TRUE(clip) << clip.error().text;
  const auto seconds = static_cast<std::size_t>(kVideoClipLength.count());
  EXPECT_EQ(clip->frames.size(), seconds * settings.fps);
  const double kbps = static_cast<double>(clip->bytes()) * 8 / 1000 / static_cast<double>(seconds);
  EXPECT_NEAR(kbps, settings.kbps, settings.kbps * 0.4);
  EXPECT_TRUE(clip->frames.front().keyframe);
  std::size_t sinceKeyframe = 0, keyframes = 0;
  for (const EncodedFrame& frame : clip->frames) {
    sinceKeyframe = frame.keyframe ? 0 : sinceKeyframe + 1;
    keyframes += frame.keyframe;
    EXPECT_LE(sinceKeyframe, 20u);
  }
  EXPECT_LT(keyframes, 20u);
  EXPECT_EQ(clip->nextKeyframe(0), 0u);
  EXPECT_LE(clip->nextKeyframe(1), 20u);
  EXPECT_EQ(clip->nextKeyframe(clip->frames.size()), 0u) << "after the last one it begins anew";
}

INSTANTIATE_TEST_SUITE_P(Codecs, ClipTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& test) { return std::string(codecName(test.param)); });

TEST(AudioClipTest, TalkingIsLouderThanTheRoom) {
  const auto talking = encodeAudioClip(true), quiet = encodeAudioClip(false);
  ASSERT_TRUE(talking && quiet);
  EXPECT_EQ(talking->frames.size(), 400u) << "whole seconds, without what the encoder's delay adds";
  EXPECT_GT(talking->bytes(), quiet->bytes());
  for (const EncodedFrame& frame : quiet->frames) EXPECT_EQ(frame.level, 127);
  EXPECT_TRUE(talking->frames[5].voice);
  EXPECT_LT(talking->frames[5].level, 40);
  EXPECT_FALSE(talking->frames[180].voice) << "a pause";
  EXPECT_GT(talking->frames[180].level, 60);
}

TEST(ClipFileTest, ComesBackAsItWasStored) {
  const auto clip = encodeVideoClip(kSmall);
  ASSERT_TRUE(clip);
  const std::string file = temporaryFile();
  ASSERT_TRUE(writeClip(file, kSmall, *clip));
  const auto stored = readClip(file, kSmall);
  ASSERT_TRUE(stored) << stored.error().text;
  ASSERT_EQ(stored->frames.size(), clip->frames.size());
  EXPECT_EQ(stored->bytes(), clip->bytes());
  for (std::size_t i = 0; i < clip->frames.size(); ++i)
    EXPECT_EQ(stored->frames[i].keyframe, clip->frames[i].keyframe);

  VideoClipSettings other = kSmall;
  other.kbps = 200;
  EXPECT_THAT(readClip(file, other).error().text, HasSubstr("not a clip of these settings"));
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 3);
  EXPECT_THAT(readClip(file, kSmall).error().text, HasSubstr("damaged"));
  std::filesystem::remove(file);
  EXPECT_EQ(readClip(file, kSmall).error().code, ErrorCode::notFound);
}

TEST(ClipFileTest, NeverTrustsTheSizesInAFile) {
  const std::string file = temporaryFile();
  ASSERT_TRUE(writeClip(file, kSmall, Clip{}));
  EXPECT_THAT(readClip(file, kSmall).error().text, HasSubstr("does not begin with a keyframe"));
  for (const std::string_view tail : {"\xff\xff\xff\xff\x01zz"sv, "\x00\x00\x00\x00\x01"sv, "\x01"sv}) {
    ASSERT_TRUE(writeClip(file, kSmall, Clip{}));
    std::ofstream(file, std::ios::app | std::ios::binary).write(tail.data(), tail.size());
    EXPECT_FALSE(readClip(file, kSmall));
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace tessera::load
