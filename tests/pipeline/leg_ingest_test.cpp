// SPDX-License-Identifier: Apache-2.0
#include <gst/gst.h>
#include <gtest/gtest.h>

#include "support/leg_session.h"
#include "support/run_until.h"

// What a leg takes of a sender's picture, by what was asked for.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::LegRoom;
using test::LegSession;
using test::near;
using test::runFor;
using test::runUntil;

constexpr Ingest kNothing{};
constexpr Ingest kTile{320, 180, 30, 300};

class LegIngestTest : public testing::TestWithParam<VideoCodec> {
 protected:
  static test::WebRtcClient::Options options() {
    test::WebRtcClient::Options options;
    options.codec = GetParam();
    return options;
  }
  LegRoom room;
};

TEST_P(LegIngestTest, NothingIsDecodedWhileNothingIsAskedFor) {
  LegSession session(room, options());
  ASSERT_TRUE(runUntil([&] { return session.video->probe.frames() > 5; }));
  session.leg->setIngest(kNothing);
  runFor(300ms);  // what was under way
  const int frames = session.video->probe.frames();
  const auto samples = session.audio->probe.samples();
  const int keyframes = session.client->keyframesMade();
  ASSERT_TRUE(runUntil([&] { return session.audio->probe.samples() > samples + 96'000; })) << "sound goes on";
  EXPECT_EQ(session.video->probe.frames(), frames);
  EXPECT_EQ(session.client->keyframesMade(), keyframes) << "nobody asks for what nobody wants";

  session.leg->setIngest(kTile);
  EXPECT_TRUE(runUntil([&] { return session.video->probe.frames() > frames + 5; }));
  EXPECT_EQ(session.client->keyframesMade(), keyframes + 1) << "once, at once";
  EXPECT_TRUE(near(session.video->probe.colour(), test::yuvOf(options().argb)));
  EXPECT_TRUE(session.refused.empty());
}

TEST_P(LegIngestTest, WhoSendsFarTooMuchIsToldAndStillSeen) {
  auto noisy = options();
  noisy.camera = "videotestsrc name=camera is-live=true pattern=snow";
  noisy.fps = 30;
  noisy.kbps = 9000;
  LegSession session(room, noisy);
  session.leg->setIngest(kTile);
  ASSERT_TRUE(runUntil([&] { return !session.refused.empty(); }));
  EXPECT_EQ(session.refused.front().code, ErrorCode::tooLarge);
  const int frames = session.video->probe.frames();
  EXPECT_GT(frames, 0);
  EXPECT_TRUE(runUntil([&] { return session.video->probe.frames() > frames + 5; })) << "after a keyframe";
  EXPECT_FALSE(session.failure);
  EXPECT_EQ(session.refused.size(), 1u) << "told now and then, not for each packet";
}

INSTANTIATE_TEST_SUITE_P(Codecs, LegIngestTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& p) { return p.param == VideoCodec::vp8 ? "Vp8" : "H264"; });

}  // namespace
}  // namespace tessera
