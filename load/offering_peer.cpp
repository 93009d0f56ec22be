// SPDX-License-Identifier: Apache-2.0
#include "load/offering_peer.h"

#include <cmath>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "load/offer_reader.h"
#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/probe.h"
#include "pipelines/gst/promise.h"

namespace tessera::load {
namespace {

constexpr int kAudioPayload = 111, kVideoPayload = 96;
constexpr int kLevelId = 5, kTwccId = 3;
constexpr double kGoldenRatio = 0.6180339887;  // spreads phases evenly, however many there are

std::string audioCaps() {
  return fmt::format(
      "application/"
      "x-rtp,media=audio,clock-rate=48000,encoding-name=OPUS,encoding-params=(string)2,payload={},extmap-{}=("
      "string){}",
      kAudioPayload, kLevelId, kLevelUri);
}

std::string videoCaps(VideoCodec codec) {
  return fmt::format(
      "application/x-rtp,media=video,clock-rate=90000,encoding-name={},payload={},extmap-{}=(string){}{}",
      codecName(codec), kVideoPayload, kTwccId, kTwccUri,
      codec == VideoCodec::h264 ? ",packetization-mode=(string)1,profile-level-id=(string)42e01f,"
                                  "level-asymmetry-allowed=(string)1"
                                : "");
}

// webrtcbin sends what it hears upstream.
void countFeedback(GstPad* pad, const std::shared_ptr<std::atomic<std::uint64_t>>& count) {
  gst::addLastingProbe(pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, [count](GstPad*, GstPadProbeInfo* info) {
    const GstStructure* told = gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info));
    if (told && gst_structure_has_name(told, "RTPTWCCPackets")) ++*count;
    return GST_PAD_PROBE_OK;
  });
}

}  // namespace

Result<std::unique_ptr<OfferingPeer>> OfferingPeer::create(Settings settings,
                                                           std::shared_ptr<Received> received,
                                                           Handlers handlers) {
  assertMainThread();
  std::unique_ptr<OfferingPeer> peer(new OfferingPeer(std::move(handlers)));
  if (auto ok = peer->build(settings, std::move(received)); !ok) return tl::unexpected(ok.error());
  return peer;
}

Status OfferingPeer::build(const Settings& settings, std::shared_ptr<Received> received) {
  pipeline_ = gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new("offering"))));
  gst::configureClock(GST_PIPELINE(pipeline_.get()));
  auto webrtc = gst::addElement(GST_BIN(pipeline_.get()), "webrtcbin");
  if (!webrtc) return tl::unexpected(webrtc.error());
  webrtc_ = *webrtc;
  g_object_set(webrtc_, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, nullptr);
  GObject* ice = nullptr;
  g_object_get(webrtc_, "ice-agent", &ice, nullptr);
  gboolean added = FALSE;
  g_signal_emit_by_name(ice, "add-local-ip-address", "127.0.0.1", &added);
  g_object_unref(ice);
  auto receiver = MediaReceiver::create(
      std::move(received),
      {settings.codec, kVideoPayload, settings.keepDecoding, false, [weak = weak_.get()] {
         post([weak] {
           if (auto* self = weak.get(); self && self->handlers_.onFirstFrame) self->handlers_.onFirstFrame();
         });
       }});
  if (!receiver) return tl::unexpected(receiver.error());
  receiver_ = std::move(*receiver);
  connectSignals();
  const Kind sound{"rtpopuspay", audioCaps()};
  const Kind picture{settings.codec == VideoCodec::vp8 ? "rtpvp8pay" : "rtph264pay",
                     videoCaps(settings.codec)};
  Status ok = addLine(settings.audio, sound).and_then([&] { return addLine(settings.video, picture); });
  for (int i = 0; ok && i < settings.moreAudio; ++i) ok = addTrack(settings.audio, sound, true);
  for (int i = 0; ok && i < settings.moreVideo; ++i) ok = addTrack(settings.video, picture, true);
  return ok;
}

OfferingPeer::~OfferingPeer() {
  weak_.invalidate();
  signals_.clear();
  for (const auto& track : tracks_) track->stop();
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

Status OfferingPeer::addLine(const std::shared_ptr<const Clip>& clip, const Kind& kind) {
  if (clip) return addTrack(clip, kind, false);
  GstWebRTCRTPTransceiver* transceiver = nullptr;
  g_signal_emit_by_name(webrtc_, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY,
                        gst::capsOf(kind.rtpCaps).get(), &transceiver);
  gst_clear_object(&transceiver);
  return {};
}

Status OfferingPeer::addTrack(const std::shared_ptr<const Clip>& clip, const Kind& kind, bool sendOnly) {
  auto element = gst::addElement(GST_BIN(pipeline_.get()), kind.payloader);
  if (!element) return tl::unexpected(element.error());
  const auto rtp = gst::capsOf(kind.rtpCaps);
  int payload = 0;
  gst_structure_get_int(gst_caps_get_structure(rtp.get(), 0), "payload", &payload);
  // The offer names it: streams of the same payload type are told apart by it.
  const guint32 ssrc = g_random_int_range(1, G_MAXINT32);
  gst_caps_set_simple(rtp.get(), "ssrc", G_TYPE_UINT, ssrc, nullptr);
  // With header extensions it would write levels of sound that it does not know.
  g_object_set(*element, "pt", payload, "ssrc", ssrc, "auto-header-extension", payload == kVideoPayload,
               nullptr);
  GstPadTemplate* pads = gst_element_get_pad_template(webrtc_, "sink_%u");
  const auto sink = gst::Ref<GstPad>::adopt(gst_element_request_pad(webrtc_, pads, nullptr, rtp.get()));
  if (!sink) return fail(ErrorCode::mediaFailed, "webrtcbin gives no pad");
  GstWebRTCRTPTransceiver* transceiver = nullptr;
  g_object_get(sink.get(), "transceiver", &transceiver, nullptr);
  g_object_set(transceiver, "codec-preferences", rtp.get(), "do-nack", payload == kVideoPayload, nullptr);
  if (sendOnly)
    g_object_set(transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, nullptr);
  gst_object_unref(transceiver);
  const auto source = gst::staticPad(*element, "src");
  if (!source) return tl::unexpected(source.error());
  if (auto ok = gst::link(source->get(), sink.get()); !ok) return ok;
  countFeedback(sink.get(), feedbacks_);
  const double phase = std::fmod(static_cast<double>(tracks_.size()) * kGoldenRatio, 1.0);
  tracks_.push_back(std::make_shared<SendTrack>(clip, SendTrack::Settings{.phase = phase}));
  return tracks_.back()->pad().linkTo(*element);
}

void OfferingPeer::connectSignals() {
  using gst::SignalConnection;
  signals_.push_back(SignalConnection::connect<void(GstElement*, guint, gchar*)>(
      webrtc_, "on-ice-candidate", [weak = weak_.get()](GstElement*, guint mline, gchar* text) {
        post([weak, candidate = IceCandidate{static_cast<int>(mline), text ? text : ""}] {
          if (auto* self = weak.get()) self->handlers_.onCandidate(candidate);
        });
      }));
  signals_.push_back(SignalConnection::connect<void(GstElement*, GstPad*)>(
      webrtc_, "pad-added", [receiver = receiver_](GstElement*, GstPad* pad) {
        if (GST_PAD_DIRECTION(pad) == GST_PAD_SRC) receiver->attach(pad);
      }));
  signals_.push_back(SignalConnection::connect<void(GstElement*, GParamSpec*)>(
      webrtc_, "notify::connection-state", [weak = weak_.get()](GstElement*, GParamSpec*) {
        post([weak] {
          if (auto* self = weak.get()) self->onConnectionState();
        });
      }));
}

void OfferingPeer::onConnectionState() {
  GstWebRTCPeerConnectionState state = GST_WEBRTC_PEER_CONNECTION_STATE_NEW;
  g_object_get(webrtc_, "connection-state", &state, nullptr);
  if (state != GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED || std::exchange(connected_, true)) return;
  if (handlers_.onConnected) handlers_.onConnected();
}

Status OfferingPeer::offer() {
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    return fail(ErrorCode::mediaFailed, "starting webrtcbin");
  const auto done =
      gst::makePromise("offer", [weak = weak_.get(), webrtc = gst::Ref<GstElement>::retain(webrtc_)](
                                    const Result<const GstStructure*>& reply) {
        GstWebRTCSessionDescription* made = nullptr;
        if (reply && *reply)
          gst_structure_get(*reply, "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &made, nullptr);
        if (!made) return;
        g_signal_emit_by_name(webrtc.get(), "set-local-description", made, nullptr);
        gchar* text = gst_sdp_message_as_text(made->sdp);
        post([weak, sdp = std::string(text)] {
          if (auto* self = weak.get()) self->handlers_.onOffer(sdp);
        });
        g_free(text);
        gst_webrtc_session_description_free(made);
      });
  g_signal_emit_by_name(webrtc_, "create-offer", nullptr, done.get());
  return {};
}

Status OfferingPeer::answer(const std::string& sdp) {
  GstSDPMessage* message = nullptr;
  if (gst_sdp_message_new_from_text(sdp.c_str(), &message) != GST_SDP_OK)
    return fail(ErrorCode::badSdp, "the answer does not parse");
  GstWebRTCSessionDescription* remote =
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_ANSWER, message);
  g_signal_emit_by_name(webrtc_, "set-remote-description", remote, nullptr);
  gst_webrtc_session_description_free(remote);
  return {};
}

void OfferingPeer::addCandidate(const IceCandidate& candidate) {
  if (!candidate.candidate.starts_with("candidate:")) return;  // the end of them is of no use to webrtcbin
  g_signal_emit_by_name(webrtc_, "add-ice-candidate", 0u, candidate.candidate.c_str());
}

void OfferingPeer::sendMedia(FrameSender& sender) {
  for (const auto& track : tracks_) sender.add(track);
}

}  // namespace tessera::load
