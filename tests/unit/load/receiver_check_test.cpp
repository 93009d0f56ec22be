// SPDX-License-Identifier: Apache-2.0
#include "load/receiver_check.h"

#include <gmock/gmock.h>

namespace tessera::load {
namespace {

using std::chrono::milliseconds;

constexpr std::uint8_t kVp8Start = 0x10, kVp8Continued = 0x00;
constexpr std::uint8_t kVp8Keyframe = 0x00, kVp8Delta = 0x01;

// Packets of VP8 frames of three packets each, at 30 fps.
class Vp8Stream {
 public:
  explicit Vp8Stream(VideoCheck& check) : check_(check) {}

  // `lost`: which of the three packets do not arrive. True when the check asked for a keyframe.
  bool frame(bool keyframe, std::vector<int> lost = {}) {
    bool wanted = false;
    for (int i = 0; i < 3; ++i, ++seq_) {
      if (std::find(lost.begin(), lost.end(), i) != lost.end()) continue;
      const std::uint8_t payload[] = {i == 0 ? kVp8Start : kVp8Continued, keyframe ? kVp8Keyframe : kVp8Delta,
                                      0x22};
      wanted |= check_.onPacket({seq_, timestamp_, ssrc, i == 2, payload}, now);
    }
    timestamp_ += 3000;
    now += interval;
    return wanted;
  }
  void skipPacket() { ++seq_; }

  TimePoint now{std::chrono::seconds(1000)};
  milliseconds interval{33};
  std::uint32_t ssrc = 7;

 private:
  VideoCheck& check_;
  std::uint16_t seq_ = 65530;  // wraps early on
  std::uint32_t timestamp_ = 4294960000u;
};

class VideoCheckTest : public testing::Test {
 protected:
  VideoCheck check_{VideoCodec::vp8};
  Vp8Stream stream_{check_};
};

TEST_F(VideoCheckTest, CountsWholeFramesAndTheirRate) {
  check_.beginWindow(stream_.now);
  const TimePoint start = stream_.now;
  for (int i = 0; i < 31; ++i) EXPECT_FALSE(stream_.frame(i == 0));
  const VideoFigures figures = check_.figures(start + std::chrono::seconds(1));
  EXPECT_EQ(figures.frames, 31u);
  EXPECT_EQ(figures.incomplete, 0u);
  EXPECT_EQ(figures.lostPackets, 0u);
  EXPECT_EQ(figures.bytes, 31u * 3 * 3);
  EXPECT_NEAR(figures.fps, 31, 0.01);
  EXPECT_NEAR(figures.longestGap.count(), 33, 0.01);
}

TEST_F(VideoCheckTest, FramesBeforeTheFirstKeyframeDoNotCount) {
  EXPECT_TRUE(stream_.frame(false));
  stream_.frame(true);
  EXPECT_FALSE(stream_.frame(false));
  const VideoFigures figures = check_.figures(stream_.now);
  EXPECT_EQ(figures.frames, 2u);
  EXPECT_EQ(figures.incomplete, 1u);
}

TEST_F(VideoCheckTest, ALostPacketBreaksThePictureUntilTheNextKeyframe) {
  for (const int lost : {0, 1, 2}) {
    stream_.frame(true);
    check_.beginWindow(stream_.now);
    stream_.frame(false, {lost});
    EXPECT_TRUE(stream_.frame(false)) << "a keyframe is needed";
    EXPECT_TRUE(stream_.frame(false)) << "and still";
    stream_.frame(true);
    EXPECT_FALSE(stream_.frame(false));
    const VideoFigures figures = check_.figures(stream_.now);
    EXPECT_EQ(figures.frames, 2u) << "packet " << lost;
    EXPECT_EQ(figures.incomplete, 3u) << "packet " << lost;
    EXPECT_EQ(figures.lostPackets, 1u) << "packet " << lost;
  }
}

TEST_F(VideoCheckTest, AWholeFrameMissingIsNoticedByItsSequenceNumbers) {
  stream_.frame(true);
  check_.beginWindow(stream_.now);
  stream_.frame(false, {0, 1, 2});
  EXPECT_TRUE(stream_.frame(false));
  EXPECT_EQ(check_.figures(stream_.now).frames, 0u);
  EXPECT_EQ(check_.figures(stream_.now).lostPackets, 3u);
}

TEST_F(VideoCheckTest, EachSecondOfTheWindowIsCountedApart) {
  stream_.frame(true);
  check_.beginWindow(stream_.now);
  const TimePoint begin = stream_.now;
  while (stream_.now < begin + milliseconds(900)) stream_.frame(false);
  stream_.now = begin + milliseconds(2500);  // nothing for a while
  stream_.frame(true);
  stream_.frame(false, {1});
  const auto& seconds = check_.seconds();
  ASSERT_EQ(seconds.size(), 3u);
  EXPECT_GE(seconds[0].frames, 27u);
  EXPECT_EQ(seconds[0].keyframes, 0u);
  EXPECT_GT(seconds[0].bytes, 0u);
  EXPECT_NEAR(seconds[0].gap.count(), 33, 0.01);
  EXPECT_EQ(seconds[1].frames, 0u);
  EXPECT_EQ(seconds[2].frames, 1u);
  EXPECT_EQ(seconds[2].keyframes, 1u);
  EXPECT_EQ(seconds[2].incomplete, 1u);
  EXPECT_EQ(seconds[2].lost, 1u);
  EXPECT_GT(seconds[2].gap.count(), 1500);
  EXPECT_EQ(check_.figures(stream_.now).keyframes, 1u);
  EXPECT_EQ(check_.keyframes(), 2u) << "also the one before the window";
  const TimePoint late = begin + std::chrono::seconds(kMostSeconds + 5);
  stream_.now = late;
  stream_.frame(true);
  EXPECT_EQ(check_.seconds().size(), 3u) << "no longer kept";
}

TEST_F(VideoCheckTest, TheGapReachesOverALossAndToTheEnd) {
  stream_.frame(true);
  check_.beginWindow(stream_.now);
  for (int i = 0; i < 5; ++i) stream_.frame(false);
  stream_.now += milliseconds(170);
  stream_.frame(false);
  EXPECT_NEAR(check_.figures(stream_.now).longestGap.count(), 203, 0.01);
  EXPECT_NEAR(check_.figures(stream_.now + milliseconds(400)).longestGap.count(), 433, 0.01);
}

TEST_F(VideoCheckTest, ANewStreamIsNotALoss) {
  stream_.frame(true);
  for (int i = 0; i < 2000; ++i) stream_.skipPacket();
  stream_.ssrc = 8;
  stream_.frame(true);
  EXPECT_EQ(check_.figures(stream_.now).lostPackets, 0u);
  EXPECT_EQ(check_.figures(stream_.now).frames, 2u);
}

TEST(InspectVp8Test, ReadsTheDescriptorWithAllItsOptions) {
  const std::uint8_t plain[] = {0x10, 0x00};
  EXPECT_TRUE(inspectVp8(plain).startsFrame);
  EXPECT_TRUE(inspectVp8(plain).keyframe);
  // X, I (15 bits), L, T, K, then a delta frame
  const std::uint8_t extended[] = {0x90, 0xf0, 0x81, 0x23, 0x05, 0x40, 0x01};
  EXPECT_TRUE(inspectVp8(extended).startsFrame);
  EXPECT_FALSE(inspectVp8(extended).keyframe);
  const std::uint8_t secondPartition[] = {0x11, 0x00};
  EXPECT_FALSE(inspectVp8(secondPartition).startsFrame);
  for (std::size_t size = 0; size < sizeof(extended); ++size)
    EXPECT_FALSE(inspectVp8(std::span(extended).first(size)).keyframe) << size;
}

TEST(InspectH264Test, FindsKeyframesInSingleAggregatedAndFragmentedUnits) {
  const std::uint8_t idr[] = {0x65, 0x88}, slice[] = {0x41, 0x9a};
  EXPECT_TRUE(inspectH264(idr).keyframe);
  EXPECT_FALSE(inspectH264(slice).keyframe);
  const std::uint8_t aggregated[] = {0x78, 0x00, 0x02, 0x67, 0x42, 0x00, 0x02, 0x65, 0x88};
  EXPECT_TRUE(inspectH264(aggregated).keyframe);
  const std::uint8_t first[] = {0x7c, 0x85, 0x88}, further[] = {0x7c, 0x05, 0x12};
  EXPECT_TRUE(inspectH264(first).startsFrame);
  EXPECT_TRUE(inspectH264(first).keyframe);
  EXPECT_FALSE(inspectH264(further).startsFrame);
  const std::uint8_t beyond[] = {0x78, 0xff, 0xff, 0x67};  // a size that leads out of the packet
  EXPECT_FALSE(inspectH264(beyond).keyframe);
}

TEST(ParseRtpTest, SkipsContributorsExtensionAndPadding) {
  const std::uint8_t packet[] = {0xb1, 0xe0, 0x12, 0x34, 0, 0, 0, 5, 0, 0, 0, 9,  // V=2 P X CC=1 M
                                 1,    2,    3,    4,                             // contributor
                                 0xbe, 0xde, 0,    1,    7, 7, 7, 7,              // extension of a word
                                 0xaa, 0xbb, 0,    2};                            // payload, padding
  const auto rtp = parseRtp(packet);
  ASSERT_TRUE(rtp);
  EXPECT_TRUE(rtp->marker);
  EXPECT_EQ(rtp->seq, 0x1234);
  EXPECT_EQ(rtp->timestamp, 5u);
  EXPECT_EQ(rtp->ssrc, 9u);
  EXPECT_THAT(rtp->payload, testing::ElementsAre(0xaa, 0xbb));
  for (std::size_t size = 0; size < 24; ++size) EXPECT_FALSE(parseRtp(std::span(packet).first(size))) << size;
}

TEST(AudioCheckTest, CountsPacketsLossesAndGaps) {
  AudioCheck check;
  TimePoint now{std::chrono::seconds(5)};
  check.beginWindow(now);
  const std::uint8_t payload[40] = {};
  for (std::uint16_t seq = 65534; seq != 3; ++seq) {
    now += milliseconds(20);
    if (seq != 0) check.onPacket({seq, 0, 1, false, payload}, now);
  }
  const AudioFigures figures = check.figures(now);
  EXPECT_EQ(figures.packets, 4u);
  EXPECT_EQ(figures.lostPackets, 1u);
  EXPECT_EQ(figures.bytes, 160u);
  EXPECT_NEAR(figures.longestGap.count(), 40, 0.01);
}

}  // namespace
}  // namespace tessera::load
