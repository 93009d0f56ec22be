// SPDX-License-Identifier: Apache-2.0
#include <gst/gst.h>
#include <gtest/gtest.h>

#include "support/leg_session.h"
#include "support/run_until.h"

// Connections that are not a camera's: a shared screen, which only sends, and a viewer, of whom nothing is
// decoded.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::LegRoom;
using test::LegSession;
using test::near;
using test::runFor;
using test::runUntil;
using test::yuvOf;

constexpr unsigned kRed = 0xffd63434;
constexpr double kTone = 440;
constexpr double kPresentDb = -20;  // it is sent at -6 dB
constexpr const char* kScreen = "screen";

class LegScreenTest : public testing::TestWithParam<VideoCodec> {
 protected:
  static test::WebRtcClient::Options options() {
    test::WebRtcClient::Options options;
    options.codec = GetParam();
    options.argb = kRed;
    options.tone = kTone;
    return options;
  }
  LegRoom room;
};

TEST_P(LegScreenTest, ReceivesPictureAndSoundAndSendsNothing) {
  LegSession session(room, options(), "ada", kScreen);
  EXPECT_EQ(session.output, nullptr);
  ASSERT_TRUE(runUntil([&] { return session.connected(); }))
      << (session.failure ? session.failure->text : "");
  EXPECT_EQ(session.offer.find("a=sendrecv"), std::string::npos);
  EXPECT_LT(session.offer.find("m=audio"), session.offer.find("m=video"));
  EXPECT_TRUE(runUntil([&] { return near(session.video->probe.colour(), yuvOf(kRed)); }));
  EXPECT_TRUE(runUntil([&] { return session.audio->probe.toneDb(kTone) > kPresentDb; }));
  EXPECT_EQ(session.client->video.frames(), 0);
  EXPECT_EQ(session.client->audio.samples(), 0u);
  EXPECT_TRUE(session.refused.empty()) << session.refused.front().text;
  EXPECT_EQ(room.busErrors, 0);
}

TEST_P(LegScreenTest, DoesWithoutSound) {
  auto silent = options();
  silent.sendsAudio = false;
  LegSession session(room, silent, "ada", kScreen);
  EXPECT_TRUE(runUntil([&] { return near(session.video->probe.colour(), yuvOf(kRed)); }));
  EXPECT_EQ(session.audio->probe.samples(), 0u);
}

TEST_P(LegScreenTest, AsksForKeyframes) {
  LegSession session(room, options(), "ada", kScreen);
  ASSERT_TRUE(runUntil([&] { return session.video->probe.frames() > 5; }));
  const int made = session.client->keyframesMade();
  session.leg->requestKeyframe();
  EXPECT_TRUE(runUntil([&] { return session.client->keyframesMade() > made; }));
}

TEST_P(LegScreenTest, TakesLargePicturesAndTellsTheirSize) {
  auto large = options();
  large.width = 3840;
  large.height = 2160;
  large.fps = 2;
  LegSession session(room, large, "ada", kScreen);
  EXPECT_TRUE(runUntil([&] { return session.video->probe.frames() > 0; }, 20s));
  EXPECT_TRUE(runUntil([&] { return !session.videoSizes.empty(); }));
  EXPECT_EQ(session.videoSizes, (std::vector{std::pair(3840, 2160)}));
}

INSTANTIATE_TEST_SUITE_P(Codecs, LegScreenTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& p) { return p.param == VideoCodec::vp8 ? "Vp8" : "H264"; });

TEST(LegViewerTest, OfWhatAViewerSendsNothingIsDecoded) {
  LegRoom room;
  LegSession session(room, {}, "ada", "main", true);
  session.sendMix(kRed, kTone);
  EXPECT_TRUE(runUntil([&] { return near(session.client->video.colour(), yuvOf(kRed)); }));
  runFor(500ms);
  EXPECT_EQ(session.video->probe.frames(), 0);
  EXPECT_EQ(session.audio->probe.samples(), 0u);
  EXPECT_TRUE(session.connected());
}

}  // namespace
}  // namespace tessera
