// SPDX-License-Identifier: Apache-2.0
#include <gst/gst.h>
#include <gtest/gtest.h>

#include "support/leg_session.h"
#include "support/run_until.h"

// What a lossy network on the way in leaves of a participant.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::LegRoom;
using test::LegSession;
using test::runFor;
using test::runUntil;

constexpr test::Impairment kBadNetwork{0.05, 50ms, 20ms};

int jitterBuffers(const LegRoom& room) {
  int count = 0;
  GstIterator* all =
      gst_bin_iterate_all_by_element_factory_name(GST_BIN(room.pipeline.get()), "rtpjitterbuffer");
  gst_iterator_foreach(
      all, [](const GValue*, gpointer n) { ++*static_cast<int*>(n); }, &count);
  gst_iterator_free(all);
  return count;
}

class LegLossTest : public testing::TestWithParam<VideoCodec> {
 protected:
  static test::WebRtcClient::Options options() {
    test::WebRtcClient::Options options;
    options.codec = GetParam();
    options.fps = 30;
    options.kbps = 600;
    options.camera = "videotestsrc name=camera is-live=true pattern=snow";
    return options;
  }
  LegRoom room;
};

// Without waiting for a keyframe for each packet that is lost, which is four times a second.
TEST_P(LegLossTest, APictureIsRepaired) {
  LegSession session(room, options());
  ASSERT_TRUE(runUntil([&] { return session.video->probe.frames() > 5; }));
  session.client->impairSent(kBadNetwork);
  session.client->impairReceived(kBadNetwork);
  runFor(1s);
  const int frames = session.video->probe.frames();
  const int keyframes = session.client->keyframesMade();
  runFor(8s);
  EXPECT_GT(session.video->probe.frames() - frames, 8 * 20);
  EXPECT_LE(session.client->keyframesMade() - keyframes, 4);
  EXPECT_LE(jitterBuffers(room), 2) << "what is sent again has none of its own";
}

TEST_P(LegLossTest, APictureIsBackSoonAfterAnOutage) {
  LegSession session(room, options());
  ASSERT_TRUE(runUntil([&] { return session.video->probe.frames() > 5; }));
  session.client->impairSent({1, 50ms, 0ms});
  session.client->impairReceived({1, 50ms, 0ms});
  runFor(1s);
  const int frames = session.video->probe.frames();
  session.client->impairSent({0, 50ms, 0ms});
  session.client->impairReceived({0, 50ms, 0ms});
  const auto ended = gst::now();
  ASSERT_TRUE(runUntil([&] { return session.video->probe.frames() > frames + 3; }));
  RecordProperty("back after ms", static_cast<int>((gst::now() - ended) / 1ms));
  EXPECT_LT(gst::now() - ended, 2s);
  EXPECT_TRUE(session.connected());
}

INSTANTIATE_TEST_SUITE_P(Codecs, LegLossTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& p) { return p.param == VideoCodec::vp8 ? "Vp8" : "H264"; });

TEST(LegSoundLossTest, LostSoundIsRecoveredFromTheNextPacket) {
  LegRoom room;
  test::WebRtcClient::Options options;
  options.fec = true;
  LegSession session(room, options);
  ASSERT_TRUE(runUntil([&] { return session.audio->probe.samples() > 0; }));
  session.client->impairSent(kBadNetwork);
  const OpusInputStats& stats = session.leg->audioStats();
  EXPECT_TRUE(runUntil([&] { return stats.decoded > 400; }));
  const double all = 960.0 * static_cast<double>(stats.decoded);
  EXPECT_GT(static_cast<double>(stats.recovered) / all, 0.02);
  EXPECT_LT(static_cast<double>(stats.concealed) / all, 0.02);
  EXPECT_LT(stats.late, 4u) << "what was overtaken is waited for";
}

}  // namespace
}  // namespace tessera
