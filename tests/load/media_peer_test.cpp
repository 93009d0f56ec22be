// SPDX-License-Identifier: Apache-2.0
// A MediaPeer against an offering webrtcbin in the same process, on loopback.
#include "load/media_peer.h"

#include <gtest/gtest.h>

#include "load/offering_peer.h"

namespace tessera::load {
namespace {

struct TestClips {
  std::shared_ptr<const Clip> video, audio;
};

TestClips clipsOf(VideoCodec codec) {
  auto video = encodeVideoClip({codec, 160, 90, 25, 200});
  auto audio = encodeAudioClip(true);
  EXPECT_TRUE(video && audio);
  return {std::make_shared<const Clip>(std::move(*video)), std::make_shared<const Clip>(std::move(*audio))};
}

class MediaPeerTest : public testing::TestWithParam<VideoCodec> {
 protected:
  static void SetUpTestSuite() {
    bindMainThread();
    gst_init(nullptr, nullptr);
  }

  // Iterates the main loop until `condition` holds; false after 20 s.
  static bool waitFor(const std::function<bool()>& condition) {
    bool late = false;
    Timer deadline, wake;
    deadline.once(std::chrono::seconds(20), [&] { late = true; });
    wake.every(std::chrono::milliseconds(20), [] {});
    while (!condition() && !late) g_main_context_iteration(nullptr, TRUE);
    return condition();
  }

  // Connects `peer_` to `offerer_`, which sends the clips.
  void connect(const TestClips& clips, MediaPeer::Settings settings) {
    settings.codec = GetParam();
    settings.gatherAddress = "127.0.0.1";
    OfferingPeer::Handlers offering;
    offering.onCandidate = [this](const IceCandidate& candidate) {
      if (peer_) peer_->addCandidate(candidate);
    };
    offering.onOffer = [this, settings](const std::string& sdp) {
      auto peer = MediaPeer::create(settings, sdp, received_, sender_, teardown_, peerHandlers());
      ASSERT_TRUE(peer) << peer.error().text;
      peer_ = std::move(*peer);
    };
    auto offerer =
        OfferingPeer::create({GetParam(), clips.video, clips.audio, true}, offererReceived_, offering);
    ASSERT_TRUE(offerer) << offerer.error().text;
    offerer_ = std::move(*offerer);
    ASSERT_TRUE(offerer_->offer());
  }

  MediaPeer::Handlers peerHandlers() {
    MediaPeer::Handlers handlers;
    handlers.onAnswer = [this](const std::string& sdp) { EXPECT_TRUE(offerer_->answer(sdp)); };
    handlers.onCandidate = [this](const IceCandidate& candidate) { offerer_->addCandidate(candidate); };
    handlers.onConnected = [this] {
      connected_ = true;
      offerer_->sendMedia(sender_);
    };
    handlers.onFirstFrame = [this] { firstFrame_ = true; };
    handlers.onFailed = [](const Error& why) { ADD_FAILURE() << why.text; };
    return handlers;
  }

  std::uint64_t framesOf(Received& received) {
    const std::lock_guard lock(received.mutex);
    return received.video.figures(Clock::now()).frames;
  }
  int lastWidthOf(Received& received) {
    const std::lock_guard lock(received.mutex);
    return received.picture.figures(Clock::now()).width;
  }
  std::uint64_t packetsOf(Received& received) {
    const std::lock_guard lock(received.mutex);
    return received.audio.figures(Clock::now()).packets;
  }

  Teardown teardown_;
  FrameSender sender_;
  std::shared_ptr<Received> received_ = std::make_shared<Received>(GetParam());
  std::shared_ptr<Received> offererReceived_ = std::make_shared<Received>(GetParam());
  std::unique_ptr<OfferingPeer> offerer_;
  std::unique_ptr<MediaPeer> peer_;
  bool connected_ = false, firstFrame_ = false;
};

TEST_P(MediaPeerTest, SendsReceivesDecodesAndLetsGo) {
  const TestClips clips = clipsOf(GetParam());
  {
    MediaPeer::Settings settings;
    settings.video = clips.video;
    settings.audio = clips.audio;
    settings.keepDecoding = true;
    connect(clips, settings);
    ASSERT_TRUE(waitFor([&] { return connected_; }));
    ASSERT_TRUE(waitFor([&] { return firstFrame_; }));
    EXPECT_TRUE(waitFor([&] { return framesOf(*received_) >= 25 && packetsOf(*received_) >= 50; }));
    EXPECT_TRUE(waitFor([&] { return framesOf(*offererReceived_) >= 25; }));
    EXPECT_TRUE(waitFor([&] { return packetsOf(*offererReceived_) >= 50; }));
    EXPECT_GT(peer_->bytesSent(), 1000u);
    {
      const std::lock_guard lock(received_->mutex);
      const VideoFigures video = received_->video.figures(Clock::now());
      EXPECT_EQ(video.incomplete, 0u);
      EXPECT_GE(received_->picture.figures(Clock::now()).frames, 20u);
      EXPECT_GT(received_->picture.figures(Clock::now()).lowestVariance, kBlankVariance);
    }
    peer_.reset();
    offerer_.reset();
  }
  EXPECT_TRUE(teardown_.waitIdle(std::chrono::seconds(10)));
}

// By it the sender knows what the network carries.
TEST_P(MediaPeerTest, TellsTheSenderOfThePacketsThatComeIn) {
  const TestClips clips = clipsOf(GetParam());
  for (const bool sends : {false, true}) {
    connected_ = false;
    MediaPeer::Settings settings;
    if (sends) settings.video = clips.video;
    connect(clips, settings);
    EXPECT_TRUE(waitFor([&] { return connected_ && offerer_->feedbacks() >= 10; })) << sends;
    peer_.reset();
  }
}

TEST_P(MediaPeerTest, GoesOnWithAnotherClipAndStopsWhenToldTo) {
  const TestClips clips = clipsOf(GetParam());
  auto smaller = encodeVideoClip({GetParam(), 96, 54, 12, 80});
  ASSERT_TRUE(smaller);
  MediaPeer::Settings settings;
  settings.video = clips.video;
  settings.audio = clips.audio;
  connect({}, settings);
  ASSERT_TRUE(waitFor([&] { return framesOf(*offererReceived_) >= 20; }));
  peer_->playVideo(std::make_shared<const Clip>(std::move(*smaller)));
  EXPECT_TRUE(waitFor([&] { return lastWidthOf(*offererReceived_) == 96; }));

  peer_->playVideo(nullptr);
  const std::uint64_t heard = packetsOf(*offererReceived_);
  ASSERT_TRUE(waitFor([&] { return packetsOf(*offererReceived_) > heard + 25; })) << "the sound goes on";
  const std::uint64_t stopped = framesOf(*offererReceived_);
  ASSERT_TRUE(waitFor([&] { return packetsOf(*offererReceived_) > heard + 75; }));
  EXPECT_EQ(framesOf(*offererReceived_), stopped);

  peer_->playVideo(clips.video);
  EXPECT_TRUE(waitFor([&] { return lastWidthOf(*offererReceived_) == 160; }));
  EXPECT_TRUE(waitFor([&] { return framesOf(*offererReceived_) > stopped + 25; }));
  const std::lock_guard lock(offererReceived_->mutex);
  EXPECT_EQ(offererReceived_->video.figures(Clock::now()).incomplete, 0u) << "it changes at keyframes only";
}

// As a forwarding server's to a client: everybody's streams in one connection.
TEST_P(MediaPeerTest, FurtherStreamsOfAConnectionAreOfferedToo) {
  const TestClips clips = clipsOf(GetParam());
  std::string sdp;
  OfferingPeer::Handlers handlers;
  handlers.onOffer = [&](const std::string& text) { sdp = text; };
  handlers.onCandidate = [](const IceCandidate&) {};
  auto offerer = OfferingPeer::create(
      {.codec = GetParam(), .video = clips.video, .audio = clips.audio, .moreVideo = 3, .moreAudio = 1},
      offererReceived_, handlers);
  ASSERT_TRUE(offerer) << offerer.error().text;
  ASSERT_TRUE((*offerer)->offer());
  ASSERT_TRUE(waitFor([&] { return !sdp.empty(); }));
  const auto count = [&](const std::string& what) {
    int found = 0;
    for (auto at = sdp.find(what); at != std::string::npos; at = sdp.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("m=audio"), 2);
  EXPECT_EQ(count("m=video"), 4);
  EXPECT_EQ(count("a=sendrecv"), 2);
  EXPECT_EQ(count("a=sendonly"), 4);
}

TEST_P(MediaPeerTest, AViewerOnlyReceives) {
  const TestClips clips = clipsOf(GetParam());
  {
    MediaPeer::Settings settings;
    connect(clips, settings);
    ASSERT_TRUE(waitFor([&] { return firstFrame_; }));
    EXPECT_TRUE(waitFor([&] { return framesOf(*received_) >= 50; }));
    EXPECT_EQ(framesOf(*offererReceived_), 0u);
    EXPECT_EQ(packetsOf(*offererReceived_), 0u);
    EXPECT_EQ(peer_->bytesSent(), 0u);
    peer_.reset();
    offerer_.reset();
  }
  EXPECT_TRUE(teardown_.waitIdle(std::chrono::seconds(10)));
}

TEST_P(MediaPeerTest, WhoWantsOnlySoundGetsNoPicture) {
  TestClips clips = clipsOf(GetParam());
  clips.video = nullptr;  // a room does not send either: what nobody takes would block in webrtcbin
  MediaPeer::Settings settings;
  settings.audio = clips.audio;
  settings.audioOnly = true;
  connect(clips, settings);
  ASSERT_TRUE(waitFor([&] { return firstFrame_; })) << "the first sound counts";
  EXPECT_TRUE(waitFor([&] { return packetsOf(*received_) >= 50 && packetsOf(*offererReceived_) >= 50; }));
  EXPECT_EQ(framesOf(*received_), 0u);
  peer_.reset();
  offerer_.reset();
  EXPECT_TRUE(teardown_.waitIdle(std::chrono::seconds(10)));
}

TEST_P(MediaPeerTest, TheTimeCodeOfEachFrameTellsWhenItWasSent) {
  const TestClips clips = clipsOf(GetParam());
  MediaPeer::Settings settings;
  settings.video = clips.video;
  settings.audio = clips.audio;
  settings.driftPpm = 1000;
  settings.logs = {std::make_shared<SendLog>(kTimeCodes),
                   std::make_shared<SendLog>(clips.audio->frames.size())};
  offererReceived_->delay.setSources({{{0, 0, 160, 90}, settings.logs.video}});
  offererReceived_->delay.beginWindow(Clock::now());
  connect({}, settings);
  ASSERT_TRUE(waitFor([&] { return framesOf(*offererReceived_) >= 50; }));
  const std::lock_guard lock(offererReceived_->mutex);
  const DelayFigures figures = offererReceived_->delay.figures();
  EXPECT_GE(figures.series.size(), 40u);
  EXPECT_LE(figures.unread, 5u);
  for (const DelaySample& sample : figures.series) EXPECT_GE(sample.ms, 0);
}

INSTANTIATE_TEST_SUITE_P(Codecs, MediaPeerTest, testing::Values(VideoCodec::vp8, VideoCodec::h264),
                         [](const auto& test) { return std::string(codecName(test.param)); });

TEST(OfferReaderTest, RefusesWhatHoldsNothingForUs) {
  EXPECT_FALSE(readOffer("", VideoCodec::vp8));
  EXPECT_FALSE(readOffer("nonsense", VideoCodec::vp8));
  const std::string offer =
      "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
      "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 H264/90000\r\n"
      "a=extmap:3 " +
      std::string(kTwccUri) + "\r\n";
  const auto h264 = readOffer(offer, VideoCodec::h264);
  ASSERT_TRUE(h264) << h264.error().text;
  EXPECT_FALSE(h264->audio);
  ASSERT_TRUE(h264->video);
  EXPECT_EQ(h264->video->payload, 97);
  EXPECT_EQ(h264->video->twccId, 3u);
}

}  // namespace
}  // namespace tessera::load
