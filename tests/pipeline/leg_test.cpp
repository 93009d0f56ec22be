// SPDX-License-Identifier: Apache-2.0
#include <gst/gst.h>
#include <gtest/gtest.h>

#include "support/leg_session.h"
#include "support/run_until.h"

// The leg against a real webrtcbin at the other end, over 127.0.0.1.

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
constexpr unsigned kBlue = 0xff3c5adc;
constexpr double kTheirTone = 440;
constexpr double kMixTone = 1130;
constexpr double kPresentDb = -20;  // the tones are sent at -6 dB
constexpr double kAbsentDb = -50;

// The stretch that holds a tone's beginning holds a little of every tone: it passes.
bool hearsOnly(const test::AudioProbe& probe, double tone, double absent) {
  return probe.toneDb(tone) > kPresentDb && probe.toneDb(absent) < kAbsentDb;
}

class LegTest : public testing::TestWithParam<VideoCodec> {
 protected:
  static test::WebRtcClient::Options options() {
    test::WebRtcClient::Options options;
    options.codec = GetParam();
    options.argb = kRed;
    options.tone = kTheirTone;
    return options;
  }
  LegRoom room;
};

TEST_P(LegTest, CarriesColourAndToneBothWays) {
  LegSession session(room, options());
  session.sendMix(kBlue, kMixTone);
  ASSERT_TRUE(runUntil([&] { return session.connected(); }))
      << (session.failure ? session.failure->text : "");

  EXPECT_TRUE(runUntil([&] { return near(session.video->probe.colour(), yuvOf(kRed)); }));
  EXPECT_EQ(session.video->probe.width(), 320);
  EXPECT_TRUE(runUntil([&] { return hearsOnly(session.audio->probe, kTheirTone, kMixTone); }));

  EXPECT_TRUE(runUntil([&] { return near(session.client->video.colour(), yuvOf(kBlue)); }));
  EXPECT_TRUE(runUntil([&] { return hearsOnly(session.client->audio, kMixTone, kTheirTone); }));

  EXPECT_TRUE(session.refused.empty()) << session.refused.front().text;
  EXPECT_FALSE(session.failure);
  EXPECT_EQ(room.busErrors, 0);
}

TEST_P(LegTest, StampsFramesWithTheMonotonicClock) {
  LegSession session(room, options());
  ASSERT_TRUE(runUntil([&] { return session.video->probe.frames() > 20; }));
  // On one machine a frame is captured, encoded, sent and decoded within a fraction of a second.
  EXPECT_GT(session.video->lateness.load(), -300ms);
  EXPECT_LT(session.video->lateness.load(), 1s);
  ASSERT_TRUE(runUntil([&] { return session.audio->probe.samples() > 24000; }));
  EXPECT_GT(session.audio->lateness.load(), -300ms);
  EXPECT_LT(session.audio->lateness.load(), 1s);
}

TEST_P(LegTest, TellsOfKeyframeRequestsAndMakesThem) {
  LegSession session(room, options());
  session.sendMix(kBlue, kMixTone);
  ASSERT_TRUE(runUntil([&] { return session.client->video.frames() > 5; }));
  const int before = *session.keyframeRequests;
  session.client->requestKeyframe();
  EXPECT_TRUE(runUntil([&] { return *session.keyframeRequests > before; }));

  ASSERT_TRUE(runUntil([&] { return session.video->probe.frames() > 5; }));
  const int made = session.client->keyframesMade();  // one at the start, perhaps more
  session.leg->requestKeyframe();
  EXPECT_TRUE(runUntil([&] { return session.client->keyframesMade() > made; }));
}

TEST_P(LegTest, RefusesPicturesThatAreTooLarge) {
  auto large = options();
  large.width = 2560;
  large.height = 1600;
  large.fps = 2;
  LegSession session(room, large);
  ASSERT_TRUE(runUntil([&] { return !session.refused.empty(); })) << "no error";
  EXPECT_EQ(session.refused.front().code, ErrorCode::tooLarge);
  EXPECT_TRUE(runUntil([&] { return session.audio->probe.samples() > 24000; })) << "sound goes on";
  EXPECT_EQ(session.video->probe.frames(), 0);
  EXPECT_FALSE(session.failure);
  EXPECT_EQ(session.refused.size(), 1u) << "told once, not per frame";
}

INSTANTIATE_TEST_SUITE_P(Codecs, LegTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& p) { return p.param == VideoCodec::vp8 ? "Vp8" : "H264"; });

std::string withOtherFingerprint(std::string sdp) {
  const std::string key = "a=fingerprint:sha-256 ";
  for (auto at = sdp.find(key); at != std::string::npos; at = sdp.find(key, at + 1)) {
    char& digit = sdp[at + key.size()];
    digit = digit == '0' ? '1' : '0';
  }
  return sdp;
}

TEST(LegSecurityTest, WrongFingerprintGetsAnErrorAndNoMedia) {
  LegRoom room;
  LegSession session(room);
  session.changeAnswer = withOtherFingerprint;
  session.sendMix(kBlue, kMixTone);
  ASSERT_TRUE(runUntil([&] { return session.failure.has_value(); }));
  EXPECT_EQ(session.failure->code, ErrorCode::fingerprintMismatch);
  EXPECT_FALSE(session.output->ready());
  runFor(1500ms);  // the client goes on sending: its DTLS is connected
  EXPECT_EQ(session.video->probe.frames(), 0);
  EXPECT_EQ(session.audio->probe.samples(), 0u);
  EXPECT_EQ(session.client->video.frames(), 0);
  EXPECT_EQ(session.client->audio.samples(), 0u);
  EXPECT_FALSE(session.connected());
}

TEST(LegSecurityTest, RefusedAnswerLeavesTheLegWaitingForAGoodOne) {
  LegRoom room;
  LegSession session(room);
  std::string good;
  session.changeAnswer = [&](std::string sdp) {
    good = sdp;
    return "v=0\r\nnonsense";
  };
  ASSERT_TRUE(runUntil([&] { return !session.refused.empty(); }));
  EXPECT_EQ(session.refused.front().code, ErrorCode::badSdp);
  EXPECT_FALSE(session.failure);
  session.leg->setAnswer(good);
  EXPECT_TRUE(runUntil([&] { return session.connected(); }));
  session.leg->setAnswer(good);
  EXPECT_EQ(session.refused.back().code, ErrorCode::conflict);
}

TEST(LegSecurityTest, CandidatesAreJudgedAndCounted) {
  LegRoom room;
  LegSession session(room);
  ASSERT_TRUE(runUntil([&] { return session.connected(); }));
  session.leg->addCandidate({0, "candidate:1 1 udp 100 host.example 9000 typ host"});
  ASSERT_EQ(session.refused.size(), 1u);
  EXPECT_EQ(session.refused.back().code, ErrorCode::badCandidate);
  session.leg->addCandidate({0, "candidate:1 1 udp 100 4f1b.local 9000 typ host"});
  session.leg->addCandidate({0, ""});
  EXPECT_EQ(session.refused.size(), 1u);  // of no use, but no offence
  session.leg->addCandidate({7, "candidate:1 1 udp 100 127.0.0.1 9000 typ host"});
  EXPECT_EQ(session.refused.back().code, ErrorCode::badCandidate);
  for (int i = 0; i < 60; ++i)
    session.leg->addCandidate({0, "candidate:1 1 udp 100 127.0.0.1 9000 typ host"});
  EXPECT_EQ(session.refused.back().code, ErrorCode::tooMany);
  EXPECT_FALSE(session.failure);
}

TEST(LegLifeTest, MayBeDestroyedFromItsOwnHandler) {
  LegRoom room;
  LegSession session(room);
  session.changeAnswer = withOtherFingerprint;
  session.onFailed = [&] { session.detach(); };
  EXPECT_TRUE(runUntil([&] { return session.failure.has_value(); }));
  EXPECT_FALSE(session.leg);
  EXPECT_TRUE(runUntil([&] { return room.reaper->pending() == 0; }));
}

TEST(LegInputTest, OddSizesArrive) {
  LegRoom room;
  test::WebRtcClient::Options options;
  options.width = 161;
  options.height = 91;
  options.argb = kRed;
  LegSession session(room, options);
  EXPECT_TRUE(runUntil([&] { return near(session.video->probe.colour(), yuvOf(kRed)); }));
  EXPECT_EQ(session.video->probe.width(), 161);
}

TEST(LegInputTest, PeersThatSendNothingConnectAndReceive) {
  LegRoom room;
  test::WebRtcClient::Options options;
  options.sendsVideo = false;
  options.sendsAudio = false;
  LegSession session(room, options);
  session.sendMix(kBlue, kMixTone);
  ASSERT_TRUE(runUntil([&] { return session.connected(); }))
      << (session.failure ? session.failure->text : "");
  EXPECT_TRUE(runUntil([&] { return near(session.client->video.colour(), yuvOf(kBlue)); }));
  EXPECT_TRUE(runUntil([&] { return session.client->audio.toneDb(kMixTone) > kPresentDb; }));
}

TEST(LegInputTest, MediaPassOverIpv6) {
  LegRoom room;
  room.settings.gatherAddresses = {"::1"};
  test::WebRtcClient::Options options;
  options.address = "::1";
  options.argb = kRed;
  LegSession session(room, options);
  session.sendMix(kBlue, kMixTone);
  EXPECT_TRUE(runUntil([&] { return near(session.video->probe.colour(), yuvOf(kRed)); }))
      << (session.failure ? session.failure->text : "");
  EXPECT_TRUE(runUntil([&] { return near(session.client->video.colour(), yuvOf(kBlue)); }));
  ASSERT_FALSE(session.candidates.empty());
  EXPECT_NE(session.candidates.front().candidate.find(" ::1 "), std::string::npos);
}

TEST(LegInputTest, SilenceIsNotDecodedForLong) {
  LegRoom room;
  test::WebRtcClient::Options options;
  options.volume = 0;
  options.claimsLevelDb = -127;
  LegSession session(room, options);
  const OpusInputStats& stats = session.leg->audioStats();
  EXPECT_TRUE(runUntil([&] { return stats.skipped > 100; }));
  EXPECT_LT(stats.decoded, stats.skipped);
  EXPECT_EQ(stats.refused, 0u);
}

TEST(LegInputTest, WhoClaimsSilenceAndSpeaksIsHeard) {
  LegRoom room;
  test::WebRtcClient::Options options;
  options.claimsLevelDb = -127;
  LegSession session(room, options);
  EXPECT_TRUE(runUntil([&] { return session.leg->audioStats().decoded > 100; }));
  EXPECT_EQ(session.leg->audioStats().skipped, 0u);
  EXPECT_GT(session.audio->probe.toneDb(options.tone), kPresentDb);
}

TEST(LegInputTest, TellsOfAPoorConnection) {
  LegRoom room;
  test::WebRtcClient::Options options;
  options.losesOneIn = 4;
  LegSession session(room, options);
  EXPECT_TRUE(runUntil([&] { return !session.poor.empty(); }));
  EXPECT_EQ(session.poor, std::vector{true});
  EXPECT_GT(session.leg->audioStats().concealed, 0u);
  EXPECT_GT(session.audio->probe.toneDb(options.tone), kPresentDb);
  EXPECT_TRUE(runUntil([&] { return session.audio->lateness.load() < 100ms; }))
      << "what is not sent again is not waited for";
}

TEST(LegInputTest, PeersThatWantNothingAreNotPushedTo) {
  LegRoom room;
  LegSession session(room);
  session.changeAnswer = [](std::string sdp) {
    for (auto at = sdp.find("a=sendrecv"); at != std::string::npos; at = sdp.find("a=sendrecv"))
      sdp.replace(at, 10, "a=sendonly");
    return sdp;
  };
  const auto frame =
      test::packetizer(VideoCodec::vp8)->packetize(test::encodeColour(VideoCodec::vp8, kBlue, 1).front());
  ASSERT_TRUE(runUntil([&] { return session.video->probe.frames() > 0; }));
  EXPECT_TRUE(test::pushFrame(*session.output, *frame)) << "and does not block";
  EXPECT_TRUE(session.output->pushAudio(*frame));
}

TEST(LegLifeTest, AnnouncesTheAddressOfTheNat) {
  LegRoom room;
  room.settings.announcedAddresses = {"203.0.113.7"};
  LegSession session(room);
  ASSERT_TRUE(runUntil([&] { return !session.candidates.empty(); }));
  EXPECT_NE(session.candidates.front().candidate.find(" 203.0.113.7 "), std::string::npos);
  EXPECT_EQ(session.candidates.front().candidate.find("127.0.0.1"), std::string::npos);
}

TEST(LegLifeTest, DetachAtAnyStageIsQuick) {
  LegRoom room;
  const auto detachWhen = [&](auto condition) {
    LegSession session(room);
    EXPECT_TRUE(runUntil([&] { return condition(session); }));
    const auto start = gst::now();
    session.detach();
    EXPECT_LT(gst::now() - start, 1s);  // taking the bin apart is not waited for
    EXPECT_TRUE(runUntil([&] { return room.reaper->pending() == 0; }));
  };
  detachWhen([](LegSession&) { return true; });                                // before the offer
  detachWhen([](LegSession& s) { return !s.offer.empty(); });                  // while gathering
  detachWhen([](LegSession& s) { return s.state == PeerState::connecting; });  // during ICE and DTLS
  detachWhen([](LegSession& s) { return s.connected(); });                     // before the first packet
  detachWhen([](LegSession& s) { return s.video->probe.frames() > 0; });       // in the middle of media
  EXPECT_EQ(room.reaper->hung(), 0);
  EXPECT_EQ(GST_BIN(room.pipeline.get())->numchildren, 0);
}

TEST(LegLifeTest, OutputOutlivesTheLegHarmlessly) {
  LegRoom room;
  const auto frame =
      test::packetizer(VideoCodec::vp8)->packetize(test::encodeColour(VideoCodec::vp8, kBlue, 1).front());
  LegSession session(room);
  ASSERT_TRUE(runUntil([&] { return session.connected(); }));
  EXPECT_TRUE(session.output->ready());
  session.detach();
  EXPECT_FALSE(session.output->ready());
  EXPECT_FALSE(test::pushFrame(*session.output, *frame));
  EXPECT_FALSE(session.output->pushAudio(*frame));
  EXPECT_TRUE(runUntil([&] { return room.reaper->pending() == 0; }));
  EXPECT_FALSE(test::pushFrame(*session.output, *frame));
  EXPECT_EQ(session.video.use_count(), 1);  // the slots were let go
  EXPECT_EQ(session.audio.use_count(), 1);
}

// The room process lives for months: what a participant takes must come back.
TEST(LegLifeTest, ManyRoundsLeaveNoThreadsAndDescriptors) {
  LegRoom room;
  const auto round = [&] {
    LegSession session(room);
    session.sendMix(kBlue, kMixTone);
    EXPECT_TRUE(
        runUntil([&] { return session.video->probe.frames() > 0 && session.audio->probe.samples() > 0; }));
    const int threads = test::threadCount();
    session.detach();
    session.client.reset();
    EXPECT_TRUE(runUntil([&] { return room.reaper->pending() == 0; }));
    return threads;
  };
  for (int i = 0; i < 2; ++i) round();  // what libraries keep once: thread pools, certificates
  runFor(300ms);
  const int threads = test::threadCount();
  const int fds = test::fdCount();
  for (int i = 0; i < 20; ++i) round();
  // GLib's thread pool lets idle threads go after a while
  EXPECT_TRUE(runUntil([&] { return test::threadCount() <= threads + 1; }))
      << test::threadCount() << " > " << threads;
  EXPECT_TRUE(runUntil([&] { return test::fdCount() <= fds; })) << test::fdCount() << " > " << fds;
}

}  // namespace
}  // namespace tessera
