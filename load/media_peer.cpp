// SPDX-License-Identifier: Apache-2.0
#include "load/media_peer.h"

#include <gst/rtp/rtp.h>

#include <cmath>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/probe.h"
#include "pipelines/gst/promise.h"

namespace tessera::load {
namespace {

constexpr unsigned kMtuBytes = 1200;

using Reply = Result<const GstStructure*>;
using Description = std::shared_ptr<GstWebRTCSessionDescription>;

std::optional<Error> failureOf(const Reply& reply) {
  return reply ? std::nullopt : std::optional(reply.error());
}

void freeDescription(GstWebRTCSessionDescription* description) {
  if (description) gst_webrtc_session_description_free(description);
}

constexpr gint kAskAgainMs = 80;
constexpr guint kPatienceMs = 400;        // for what is lost
constexpr double kReportBandwidth = 1e6;  // bit/s that reports may take, for a moment

// What is lost is asked for at once: by default an early report waits for up to half a second after the one
// before (RFC 4585 section 3.5.2).
void reportAtOnce(GstElement* rtpSession) {
  GObject* internal = nullptr;
  g_object_get(rtpSession, "internal-session", &internal, nullptr);
  const auto session = gst::Ref<GObject>::adopt(internal);
  if (session) g_object_set(session.get(), "rtcp-fraction", kReportBandwidth, nullptr);
}

// A jitter buffer keeps the first packet back for its whole latency, in case an earlier one is still under
// way. A browser shows the first keyframe as soon as it is complete, and so do we; as a browser we ask for
// what is lost at once, again after a round trip, and for nothing that has only not been sent yet. What is
// pushed is live already: to wait for the time of the clock would only hold up the one thread that sends.
void tune(GstElement* element) {
  const GstElementFactory* factory = gst_element_get_factory(element);
  const std::string_view name = factory ? GST_OBJECT_NAME(factory) : "";
  if (name == "rtpjitterbuffer")
    g_object_set(element, "faststart-min-packets", 1, "rtx-delay-reorder", 0, "rtx-retry-timeout",
                 kAskAgainMs, "rtx-next-seqnum", FALSE, nullptr);
  if (name == "rtpsession") reportAtOnce(element);
  if (name == "clocksync") g_object_set(element, "sync", FALSE, nullptr);
}

// "turn:host:port?transport=udp" as libnice's "turn://user:password@host:port?transport=udp".
std::string withCredentials(const wire::IceServer& server) {
  const auto colon = server.url.find(':');
  const auto escape = [](const std::string& text) {
    gchar* escaped = g_uri_escape_string(text.c_str(), nullptr, FALSE);
    std::string result = escaped;
    g_free(escaped);
    return result;
  };
  return fmt::format("{}://{}:{}@{}", server.url.substr(0, colon), escape(server.username),
                     escape(server.credential), server.url.substr(colon + 1));
}

void addExtension(GstElement* payloader, const char* uri, std::optional<unsigned> id) {
  GstRTPHeaderExtension* extension = id ? gst_rtp_header_extension_create_from_uri(uri) : nullptr;
  if (!extension) return;
  gst_rtp_header_extension_set_id(extension, *id);
  g_signal_emit_by_name(payloader, "add-extension", extension);
  gst_object_unref(extension);
}

// Adds RFC 6464's extension to each packet. The payloader could; but webrtcbin 1.22 refuses the caps in which
// it says so.
void writeLevels(GstPad* pad, unsigned id, std::shared_ptr<const std::atomic<std::uint8_t>> level) {
  gst::addLastingProbe(pad, GST_PAD_PROBE_TYPE_BUFFER,
                       [id, level = std::move(level)](GstPad*, GstPadProbeInfo* info) {
                         GstBuffer* buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
                         GST_PAD_PROBE_INFO_DATA(info) = buffer;
                         GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
                         if (!gst_rtp_buffer_map(buffer, GST_MAP_READWRITE, &rtp)) return GST_PAD_PROBE_OK;
                         const std::uint8_t byte = *level;
                         gst_rtp_buffer_add_extension_onebyte_header(&rtp, static_cast<guint8>(id), &byte, 1);
                         gst_rtp_buffer_unmap(&rtp);
                         return GST_PAD_PROBE_OK;
                       });
}

// webrtcbin 1.22 makes the transceivers of what we have no track for with the answer, to receive.
void refuseVideo(GstSDPMessage* answer) {
  for (guint i = 0; i < gst_sdp_message_medias_len(answer); ++i) {
    auto* media = const_cast<GstSDPMedia*>(gst_sdp_message_get_media(answer, i));
    if (std::string_view(gst_sdp_media_get_media(media)) != "video") continue;
    for (guint at = 0; at < gst_sdp_media_attributes_len(media); ++at) {
      const GstSDPAttribute* attribute = gst_sdp_media_get_attribute(media, at);
      if (std::string_view(attribute->key) != "recvonly") continue;
      gst_sdp_media_remove_attribute(media, at);
      gst_sdp_media_add_attribute(media, "inactive", "");
      break;
    }
  }
}

}  // namespace

MediaPeer::MediaPeer(Settings settings, FrameSender& sender, Teardown& teardown, Handlers handlers)
    : settings_(std::move(settings)), sender_(sender), teardown_(teardown), handlers_(std::move(handlers)) {}

Result<std::unique_ptr<MediaPeer>> MediaPeer::create(Settings settings, const std::string& offer,
                                                     std::shared_ptr<Received> received, FrameSender& sender,
                                                     Teardown& teardown, Handlers handlers) {
  assertMainThread();
  auto read = readOffer(offer, settings.codec);
  if (!read) return tl::unexpected(read.error());
  std::unique_ptr<MediaPeer> peer(new MediaPeer(std::move(settings), sender, teardown, std::move(handlers)));
  if (auto ok = peer->build(*read, std::move(received)); !ok) return tl::unexpected(ok.error());
  peer->negotiate(std::move(read->sdp));
  return peer;
}

MediaPeer::~MediaPeer() {
  weak_.invalidate();
  signals_.clear();
  bus_.reset();
  for (const auto& track : tracks_) track->stop();
  if (!pipeline_) return;
  teardown_.add([pipeline = std::move(pipeline_), receiver = std::move(receiver_),
                 tracks = std::move(tracks_)] { gst_element_set_state(pipeline.get(), GST_STATE_NULL); });
}

Status MediaPeer::build(Offer& offer, std::shared_ptr<Received> received) {
  pipeline_ = gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  gst::configureClock(GST_PIPELINE(pipeline_.get()));
  auto webrtc = gst::addElement(GST_BIN(pipeline_.get()), "webrtcbin");
  if (!webrtc) return tl::unexpected(webrtc.error());
  webrtc_ = *webrtc;
  g_object_set(webrtc_, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency", kPatienceMs,
               nullptr);
  configureTime();
  configureIce();
  auto receiver = MediaReceiver::create(
      std::move(received), {settings_.codec, offer.video ? offer.video->payload : 0, settings_.keepDecoding,
                            settings_.audioOnly || settings_.soundIsFirst, [weak = weak_.get()] {
                              post([weak] {
                                if (auto* self = weak.get()) self->handlers_.onFirstFrame();
                              });
                            }});
  if (!receiver) return tl::unexpected(receiver.error());
  receiver_ = std::move(*receiver);
  connectSignals();
  if (offer.audio) {
    const auto ok = settings_.audio ? addTrack(settings_.audio, *offer.audio, "rtpopuspay")
                                    : addReceiver(*offer.audio, false);
    if (!ok) return ok;
  }
  if (offer.video && !settings_.audioOnly) {
    const char* payloader = settings_.codec == VideoCodec::vp8 ? "rtpvp8pay" : "rtph264pay";
    const auto ok = settings_.video ? addTrack(settings_.video, *offer.video, payloader)
                                    : addReceiver(*offer.video, true);
    if (!ok) return ok;
  }
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    return fail(ErrorCode::mediaFailed, "starting webrtcbin");
  return {};
}

// clip -> payloader -> webrtcbin, with the payload type that the offer gives and an SSRC that the answer
// names.
Status MediaPeer::addTrack(const std::shared_ptr<const Clip>& clip, const OfferedTrack& offered,
                           const char* payloader) {
  auto element = gst::addElement(GST_BIN(pipeline_.get()), payloader);
  if (!element) return tl::unexpected(element.error());
  const guint32 ssrc = g_random_int_range(1, G_MAXINT32);
  g_object_set(*element, "pt", offered.payload, "ssrc", ssrc, "mtu", kMtuBytes, nullptr);
  if (payloader == std::string_view("rtpvp8pay"))
    gst_util_set_object_arg(G_OBJECT(*element), "picture-id-mode", "15-bit");
  if (payloader == std::string_view("rtph264pay")) {
    g_object_set(*element, "config-interval", -1, nullptr);
    gst_util_set_object_arg(G_OBJECT(*element), "aggregate-mode", "zero-latency");
  }
  addExtension(*element, kTwccUri, offered.twccId);
  const auto caps = gst::Ref<GstCaps>::adopt(gst_caps_copy(offered.caps.get()));
  gst_caps_set_simple(caps.get(), "ssrc", G_TYPE_UINT, ssrc, nullptr);
  const std::string name = fmt::format("sink_{}", offered.mline);
  GstPadTemplate* pads = gst_element_get_pad_template(webrtc_, "sink_%u");
  const auto sink = gst::Ref<GstPad>::adopt(gst_element_request_pad(webrtc_, pads, name.c_str(), caps.get()));
  if (!sink) return fail(ErrorCode::mediaFailed, "webrtcbin gives no pad {}", name);
  GstWebRTCRTPTransceiver* transceiver = nullptr;
  g_object_get(sink.get(), "transceiver", &transceiver, nullptr);
  g_object_set(transceiver, "codec-preferences", caps.get(), "do-nack", clip == settings_.video, nullptr);
  gst_object_unref(transceiver);
  const auto source = gst::staticPad(*element, "src");
  if (!source) return tl::unexpected(source.error());
  if (auto ok = gst::link(source->get(), sink.get()); !ok) return ok;
  const bool video = clip == settings_.video;
  auto track = std::make_shared<SendTrack>(
      clip, SendTrack::Settings{settings_.phase, settings_.driftPpm,
                                video ? settings_.logs.video : settings_.logs.audio});
  if (!video && offered.levelId) writeLevels(source->get(), *offered.levelId, track->level());
  if (auto ok = track->pad().linkTo(*element); !ok) return ok;
  if (video) videoTrack_ = track;
  tracks_.push_back(std::move(track));
  return {};
}

// What webrtcbin would make by itself for the answer knows neither feedback nor retransmission.
Status MediaPeer::addReceiver(const OfferedTrack& offered, bool video) {
  GstWebRTCRTPTransceiver* transceiver = nullptr;
  g_signal_emit_by_name(webrtc_, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY,
                        offered.caps.get(), &transceiver);
  if (!transceiver) return fail(ErrorCode::mediaFailed, "webrtcbin gives no transceiver");
  g_object_set(transceiver, "do-nack", video, nullptr);
  gst_object_unref(transceiver);
  return {};
}

// Sender reports tell the wall clock beside the time that frames carry, which is when they were captured; by
// a clock of our own when that drifts.
void MediaPeer::configureTime() {
  if (const auto rtpbin = gst::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(webrtc_), "rtpbin")))
    g_object_set(rtpbin.get(), "rtcp-sync-send-time", FALSE, nullptr);
  if (settings_.driftPpm == 0) return;
  const auto clock =
      gst::Ref<GstClock>::adopt(gst_pipeline_get_pipeline_clock(GST_PIPELINE(pipeline_.get())));
  const GstClockTime now = gst_clock_get_internal_time(clock.get());
  gst_clock_set_calibration(clock.get(), now, now,
                            static_cast<GstClockTime>(std::llround(1e9 * (1 + settings_.driftPpm * 1e-6))),
                            1000000000);
}

void MediaPeer::configureIce() {
  GObject* ice = nullptr;
  g_object_get(webrtc_, "ice-agent", &ice, nullptr);
  g_object_set(ice, "ice-tcp", FALSE, nullptr);
  if (!settings_.gatherAddress.empty()) {
    gboolean added = FALSE;
    g_signal_emit_by_name(ice, "add-local-ip-address", settings_.gatherAddress.c_str(), &added);
  }
  GObject* agent = nullptr;
  g_object_get(ice, "agent", &agent, nullptr);
  g_object_set(agent, "upnp", FALSE, nullptr);
  g_object_unref(agent);
  g_object_unref(ice);
  if (settings_.relayOnly)
    g_object_set(webrtc_, "ice-transport-policy", GST_WEBRTC_ICE_TRANSPORT_POLICY_RELAY, nullptr);
  for (const wire::IceServer& server : settings_.iceServers) {
    if (server.url.starts_with("stun:")) {
      g_object_set(webrtc_, "stun-server", ("stun://" + server.url.substr(5)).c_str(), nullptr);
    } else if (server.url.starts_with("turn:") || server.url.starts_with("turns:")) {
      gboolean added = FALSE;
      g_signal_emit_by_name(webrtc_, "add-turn-server", withCredentials(server).c_str(), &added);
    }
  }
}

void MediaPeer::connectSignals() {
  using gst::SignalConnection;
  signals_.push_back(SignalConnection::connect<void(GstElement*, GstPad*)>(
      webrtc_, "pad-added", [receiver = receiver_](GstElement*, GstPad* pad) {
        if (GST_PAD_DIRECTION(pad) == GST_PAD_SRC) receiver->attach(pad);
      }));
  signals_.push_back(SignalConnection::connect<void(GstElement*, guint, gchar*)>(
      webrtc_, "on-ice-candidate", [weak = weak_.get()](GstElement*, guint mline, gchar* text) {
        post([weak, candidate = IceCandidate{static_cast<int>(mline), text ? text : ""}] {
          if (auto* self = weak.get(); self && !candidate.candidate.empty())
            self->handlers_.onCandidate(candidate);
        });
      }));
  signals_.push_back(SignalConnection::connect<void(GstElement*, GParamSpec*)>(
      webrtc_, "notify::connection-state", [weak = weak_.get()](GstElement*, GParamSpec*) {
        post([weak] {
          if (auto* self = weak.get()) self->onConnectionState();
        });
      }));
  signals_.push_back(SignalConnection::connect<void(GstBin*, GstBin*, GstElement*)>(
      webrtc_, "deep-element-added", [](GstBin*, GstBin*, GstElement* element) { tune(element); }));
  bus_ = std::make_unique<gst::BusWatch>(
      GST_PIPELINE(pipeline_.get()), GST_MESSAGE_ERROR, [weak = weak_.get()](GstMessage* message) {
        GError* error = nullptr;
        gst_message_parse_error(message, &error, nullptr);
        const Error why = Error::fromGError(
            ErrorCode::mediaFailed,
            GST_MESSAGE_SRC(message) ? GST_OBJECT_NAME(GST_MESSAGE_SRC(message)) : "?", error);
        if (auto* self = weak.get()) self->handlers_.onFailed(why);
      });
}

// The replies come on webrtcbin's thread.
void MediaPeer::negotiate(SdpMessage offer) {
  GstWebRTCSessionDescription* remote =
      gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_OFFER, offer.release());
  const auto done = gst::makePromise("the server's offer", [weak = weak_.get()](const Reply& reply) {
    post([weak, failure = failureOf(reply)] {
      auto* self = weak.get();
      if (!self) return;
      if (failure) return self->handlers_.onFailed(*failure);
      self->createAnswer();
    });
  });
  g_signal_emit_by_name(webrtc_, "set-remote-description", remote, done.get());
  gst_webrtc_session_description_free(remote);
}

void MediaPeer::createAnswer() {
  const auto done = gst::makePromise("making an answer", [weak = weak_.get()](const Reply& reply) {
    GstWebRTCSessionDescription* answer = nullptr;
    if (reply && *reply)
      gst_structure_get(*reply, "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, nullptr);
    post([weak, failure = failureOf(reply), kept = Description(answer, freeDescription)] {
      auto* self = weak.get();
      if (!self) return;
      if (failure) return self->handlers_.onFailed(*failure);
      if (!kept) return self->handlers_.onFailed({ErrorCode::mediaFailed, "webrtcbin made no answer"});
      self->setLocal(kept.get());
    });
  });
  g_signal_emit_by_name(webrtc_, "create-answer", nullptr, done.get());
}

void MediaPeer::setLocal(GstWebRTCSessionDescription* answer) {
  if (settings_.audioOnly) refuseVideo(answer->sdp);
  gchar* text = gst_sdp_message_as_text(answer->sdp);
  const auto done =
      gst::makePromise("the answer", [weak = weak_.get(), sdp = std::string(text)](const Reply& reply) {
        post([weak, sdp, failure = failureOf(reply)] {
          auto* self = weak.get();
          if (!self) return;
          if (failure) return self->handlers_.onFailed(*failure);
          self->handlers_.onAnswer(sdp);
        });
      });
  g_signal_emit_by_name(webrtc_, "set-local-description", answer, done.get());
  g_free(text);
}

void MediaPeer::onConnectionState() {
  GstWebRTCPeerConnectionState state = GST_WEBRTC_PEER_CONNECTION_STATE_NEW;
  g_object_get(webrtc_, "connection-state", &state, nullptr);
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED && !connected_) {
    connected_ = true;
    for (const auto& track : tracks_) sender_.add(track);
    handlers_.onConnected();
  } else if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED) {
    handlers_.onFailed({ErrorCode::mediaFailed, "the media connection failed (ICE or DTLS)"});
  }
}

void MediaPeer::addCandidate(const IceCandidate& candidate) {
  // webrtcbin takes everything in one transport, and an empty candidate is of no use to it.
  if (!candidate.candidate.starts_with("candidate:")) return;
  g_signal_emit_by_name(webrtc_, "add-ice-candidate", 0u, candidate.candidate.c_str());
}

void MediaPeer::playVideo(std::shared_ptr<const Clip> clip) {
  if (videoTrack_) videoTrack_->play(std::move(clip));
}

std::uint64_t MediaPeer::bytesSent() const {
  std::uint64_t sum = 0;
  for (const auto& track : tracks_) sum += track->bytesSent();
  return sum;
}

}  // namespace tessera::load
