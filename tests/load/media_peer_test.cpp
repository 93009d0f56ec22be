// SPDX-License-Identifier: Apache-2.0
// A MediaPeer against an offering webrtcbin in the same process, on loopback.
#include "load/media_peer.h"

#include <gtest/gtest.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/promise.h"

namespace tessera::load {
namespace {

constexpr int kAudioPayload = 111, kVideoPayload = 96;

std::string videoRtpCaps(VideoCodec codec) {
  return fmt::format("application/x-rtp,media=video,clock-rate=90000,encoding-name={},payload={}{}",
                     codecName(codec), kVideoPayload,
                     codec == VideoCodec::h264
                         ? ",packetization-mode=(string)1,profile-level-id=(string)42e01f,"
                           "level-asymmetry-allowed=(string)1"
                         : "");
}

// What the room is to a MediaPeer: it offers, sends a clip, and counts what comes.
class Offerer {
 public:
  Offerer(VideoCodec codec, std::shared_ptr<const Clip> video, std::shared_ptr<const Clip> audio)
      : received(std::make_shared<Received>(codec)),
        pipeline_(
            gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new("offerer"))))) {
    gst::configureClock(GST_PIPELINE(pipeline_.get()));
    webrtc_ = *gst::addElement(GST_BIN(pipeline_.get()), "webrtcbin");
    g_object_set(webrtc_, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, nullptr);
    GObject* ice = nullptr;
    g_object_get(webrtc_, "ice-agent", &ice, nullptr);
    gboolean added = FALSE;
    g_signal_emit_by_name(ice, "add-local-ip-address", "127.0.0.1", &added);
    g_object_unref(ice);
    addTrack(audio, "rtpopuspay", kAudioPayload,
             fmt::format("application/x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS,payload={}",
                         kAudioPayload));
    addTrack(video, codec == VideoCodec::vp8 ? "rtpvp8pay" : "rtph264pay", kVideoPayload,
             videoRtpCaps(codec));
    connect();
  }
  ~Offerer() {
    signals_.clear();
    for (const auto& track : tracks_) track->stop();
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  }

  void offer() {
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    const auto done = gst::makePromise("offer", [this](const Result<const GstStructure*>& reply) {
      GstWebRTCSessionDescription* made = nullptr;
      gst_structure_get(*reply, "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &made, nullptr);
      g_signal_emit_by_name(webrtc_, "set-local-description", made, nullptr);
      gchar* text = gst_sdp_message_as_text(made->sdp);
      post([this, sdp = std::string(text)] { onOffer(sdp); });
      g_free(text);
      gst_webrtc_session_description_free(made);
    });
    g_signal_emit_by_name(webrtc_, "create-offer", nullptr, done.get());
  }
  void answer(const std::string& sdp) {
    GstSDPMessage* message = nullptr;
    ASSERT_EQ(gst_sdp_message_new_from_text(sdp.c_str(), &message), GST_SDP_OK);
    GstWebRTCSessionDescription* remote =
        gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, message);
    g_signal_emit_by_name(webrtc_, "set-remote-description", remote, nullptr);
    gst_webrtc_session_description_free(remote);
  }
  void addCandidate(const IceCandidate& candidate) {
    g_signal_emit_by_name(webrtc_, "add-ice-candidate", 0u, candidate.candidate.c_str());
  }
  void sendMedia(FrameSender& sender) {
    for (const auto& track : tracks_) sender.add(track);
  }
  std::function<void(const std::string&)> onOffer;
  std::function<void(const IceCandidate&)> onCandidate;
  const std::shared_ptr<Received> received;

 private:
  void addTrack(const std::shared_ptr<const Clip>& clip, const char* payloader, int payload,
                const std::string& caps) {
    GstElement* element = *gst::addElement(GST_BIN(pipeline_.get()), payloader);
    g_object_set(element, "pt", payload, nullptr);
    const auto rtp = gst::capsOf(caps);
    GstPad* sink = gst_element_request_pad(webrtc_, gst_element_get_pad_template(webrtc_, "sink_%u"), nullptr,
                                           rtp.get());
    GstWebRTCRTPTransceiver* transceiver = nullptr;
    g_object_get(sink, "transceiver", &transceiver, nullptr);
    g_object_set(transceiver, "codec-preferences", rtp.get(), "do-nack", payload == kVideoPayload, nullptr);
    gst_object_unref(transceiver);
    EXPECT_TRUE(gst::link(gst::staticPad(element, "src")->get(), sink));
    gst_object_unref(sink);
    tracks_.push_back(std::make_shared<SendTrack>(clip, SendTrack::Settings{}));
    EXPECT_TRUE(tracks_.back()->pad().linkTo(element));
  }
  void connect() {
    using gst::SignalConnection;
    signals_.push_back(SignalConnection::connect<void(GstElement*, guint, gchar*)>(
        webrtc_, "on-ice-candidate", [this](GstElement*, guint mline, gchar* text) {
          post([this, candidate = IceCandidate{static_cast<int>(mline), text}] { onCandidate(candidate); });
        }));
    signals_.push_back(SignalConnection::connect<void(GstElement*, GstPad*)>(
        webrtc_, "pad-added", [this](GstElement*, GstPad* pad) {
          if (GST_PAD_DIRECTION(pad) != GST_PAD_SRC) return;
          const auto caps = gst::Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
          const bool video = std::string_view(gst_structure_get_string(gst_caps_get_structure(caps.get(), 0),
                                                                       "media")) == "video";
          gst::ReceivePad::Handlers handlers;
          handlers.onBuffer = [received = received, video](const gst::Ref<GstBuffer>& buffer) {
            GstMapInfo map;
            gst_buffer_map(buffer.get(), &map, GST_MAP_READ);
            const auto packet = parseRtp({map.data, map.size});
            const std::lock_guard lock(received->mutex);
            if (packet && video) received->video.onPacket(*packet, Clock::now());
            if (packet && !video) received->audio.onPacket(*packet, Clock::now());
            gst_buffer_unmap(buffer.get(), &map);
            return GST_FLOW_OK;
          };
          inputs_.push_back(std::make_unique<gst::ReceivePad>("in", std::move(handlers)));
          EXPECT_TRUE(inputs_.back()->linkFrom(pad));
        }));
  }

  const gst::Ref<GstElement> pipeline_;
  GstElement* webrtc_ = nullptr;
  std::vector<std::shared_ptr<SendTrack>> tracks_;
  std::vector<std::unique_ptr<gst::ReceivePad>> inputs_;
  std::vector<gst::SignalConnection> signals_;
};

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

  // Connects `peer_` to `offerer`.
  void connect(Offerer& offerer, MediaPeer::Settings settings) {
    MediaPeer::Handlers handlers;
    handlers.onAnswer = [&offerer](const std::string& sdp) { offerer.answer(sdp); };
    handlers.onCandidate = [&offerer](const IceCandidate& candidate) { offerer.addCandidate(candidate); };
    handlers.onConnected = [&] {
      connected_ = true;
      offerer.sendMedia(sender_);
    };
    handlers.onFirstFrame = [this] { firstFrame_ = true; };
    handlers.onFailed = [](const Error& why) { ADD_FAILURE() << why.text; };
    offerer.onCandidate = [this](const IceCandidate& candidate) {
      if (peer_) peer_->addCandidate(candidate);
    };
    offerer.onOffer = [this, settings, handlers](const std::string& sdp) {
      auto peer = MediaPeer::create(settings, sdp, received_, sender_, teardown_, handlers);
      ASSERT_TRUE(peer) << peer.error().text;
      peer_ = std::move(*peer);
    };
    offerer.offer();
  }

  std::uint64_t framesOf(Received& received) {
    const std::lock_guard lock(received.mutex);
    return received.video.figures(Clock::now()).frames;
  }
  std::uint64_t packetsOf(Received& received) {
    const std::lock_guard lock(received.mutex);
    return received.audio.figures(Clock::now()).packets;
  }

  Teardown teardown_;
  FrameSender sender_;
  std::shared_ptr<Received> received_ = std::make_shared<Received>(GetParam());
  std::unique_ptr<MediaPeer> peer_;
  bool connected_ = false, firstFrame_ = false;
};

struct TestClips {
  std::shared_ptr<const Clip> video, audio;
};

TestClips clipsOf(VideoCodec codec) {
  auto video = encodeVideoClip({codec, 160, 90, 25, 200});
  auto audio = encodeAudioClip(true);
  EXPECT_TRUE(video && audio);
  return {std::make_shared<const Clip>(std::move(*video)), std::make_shared<const Clip>(std::move(*audio))};
}

TEST_P(MediaPeerTest, SendsReceivesDecodesAndLetsGo) {
  const TestClips clips = clipsOf(GetParam());
  {
    Offerer offerer(GetParam(), clips.video, clips.audio);
    MediaPeer::Settings settings;
    settings.codec = GetParam();
    settings.video = clips.video;
    settings.audio = clips.audio;
    settings.keepDecoding = true;
    settings.gatherAddress = "127.0.0.1";
    connect(offerer, settings);
    ASSERT_TRUE(waitFor([&] { return connected_; }));
    ASSERT_TRUE(waitFor([&] { return firstFrame_; }));
    EXPECT_TRUE(waitFor([&] { return framesOf(*received_) >= 25 && packetsOf(*received_) >= 50; }));
    EXPECT_TRUE(waitFor([&] { return framesOf(*offerer.received) >= 25; }));
    EXPECT_TRUE(waitFor([&] { return packetsOf(*offerer.received) >= 50; }));
    EXPECT_GT(peer_->bytesSent(), 1000u);
    {
      const std::lock_guard lock(received_->mutex);
      const VideoFigures video = received_->video.figures(Clock::now());
      EXPECT_EQ(video.incomplete, 0u);
      EXPECT_GE(received_->picture.figures(Clock::now()).frames, 20u);
      EXPECT_GT(received_->picture.figures(Clock::now()).lowestVariance, kBlankVariance);
    }
    peer_.reset();
  }
  EXPECT_TRUE(teardown_.waitIdle(std::chrono::seconds(10)));
}

TEST_P(MediaPeerTest, AViewerOnlyReceives) {
  const TestClips clips = clipsOf(GetParam());
  {
    Offerer offerer(GetParam(), clips.video, clips.audio);
    MediaPeer::Settings settings;
    settings.codec = GetParam();
    settings.gatherAddress = "127.0.0.1";
    connect(offerer, settings);
    ASSERT_TRUE(waitFor([&] { return firstFrame_; }));
    EXPECT_TRUE(waitFor([&] { return framesOf(*received_) >= 50; }));
    EXPECT_EQ(framesOf(*offerer.received), 0u);
    EXPECT_EQ(packetsOf(*offerer.received), 0u);
    EXPECT_EQ(peer_->bytesSent(), 0u);
    peer_.reset();
  }
  EXPECT_TRUE(teardown_.waitIdle(std::chrono::seconds(10)));
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
