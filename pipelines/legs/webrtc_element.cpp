// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/webrtc_element.h"

#include "base/log.h"
#include "pipelines/gst/probe.h"
#include "pipelines/legs/leg_codecs.h"
#include "pipelines/legs/rtpbin_watch.h"

namespace tessera {
namespace {

// How long a missing packet of a picture is waited for: some round trips, since of the requests and of what
// is sent again some are lost as well. Packets that are in order pass at once, so this is not a delay.
constexpr guint kJitterBufferMs = 400;
// So many packets in a row show that the stream has begun: without it a jitter buffer keeps the first packet
// back for its whole latency, and a newcomer is seen and heard that much later.
constexpr guint kFastStartPackets = 2;
// Audio, video and room for a sender that restarts with new SSRCs; each costs two threads.
constexpr guint kMaxStreams = 4;
constexpr double kReportBandwidth = 1e6;                  // bit/s that reports may take, for a moment
constexpr guint64 kFeedbackInterval = 100 * GST_MSECOND;  // of transport-cc; browsers take 50 to 250

Status configureIce(GstElement* webrtc, const RoomSettings& room) {
  GObject* ice = nullptr;
  g_object_get(webrtc, "ice-agent", &ice, nullptr);
  if (!ice) return fail(ErrorCode::internal, "webrtcbin has no ICE agent");
  const auto owned = gst::Ref<GObject>::adopt(ice);
  g_object_set(ice, "ice-tcp", FALSE, nullptr);
  if (room.minUdpPort > 0)
    g_object_set(ice, "min-rtp-port", static_cast<guint>(room.minUdpPort), "max-rtp-port",
                 static_cast<guint>(room.maxUdpPort), nullptr);
  GObject* nice = nullptr;
  g_object_get(ice, "agent", &nice, nullptr);
  if (nice) {
    // Real keepalive checks, so that a path that died is noticed (consent freshness is not in libnice 0.1.21)
    const auto agent = gst::Ref<GObject>::adopt(nice);
    g_object_set(nice, "upnp", FALSE, "keepalive-conncheck", TRUE, nullptr);
  }
  for (const std::string& address : room.gatherAddresses) {
    gboolean added = FALSE;
    g_signal_emit_by_name(ice, "add-local-ip-address", address.c_str(), &added);
    if (!added) return fail(ErrorCode::config, "cannot gather media addresses on {}", address);
  }
  return {};
}

// Takes the event over.
GstEvent* withoutTransportCc(GstEvent* event) {
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  caps = gst_caps_copy(caps);
  const std::string field = fmt::format("extmap-{}", kTransportCcId);
  gst_structure_remove_field(gst_caps_get_structure(caps, 0), field.c_str());
  GstEvent* result = gst_event_new_caps(caps);
  gst_caps_unref(caps);
  gst_event_unref(event);
  return result;
}

// webrtcbin's funnel sends its segment down the whole sending side again at each change between sound and
// picture, a hundred times a second: only what is new passes. And the caps below it say nothing of
// transport-cc, so that the session leaves that to us (NetworkMeter).
void filterEvents(GstElement* funnel) {
  const auto pad = gst::staticPad(funnel, "src");
  if (!pad) return;
  gst::addLastingProbe(pad->get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
                       [passed = gst::Ref<GstEvent>()](GstPad*, GstPadProbeInfo* info) mutable {
                         GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
                         if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
                           GST_PAD_PROBE_INFO_DATA(info) = withoutTransportCc(event);
                           return GST_PAD_PROBE_OK;
                         }
                         if (GST_EVENT_TYPE(event) != GST_EVENT_SEGMENT) return GST_PAD_PROBE_OK;
                         const GstSegment* now = nullptr;
                         const GstSegment* before = nullptr;
                         gst_event_parse_segment(event, &now);
                         if (passed) gst_event_parse_segment(passed.get(), &before);
                         if (!before || !gst_segment_is_equal(now, before)) {
                           passed = gst::Ref<GstEvent>::retain(event);
                           return GST_PAD_PROBE_OK;
                         }
                         gst_event_unref(event);
                         return GST_PAD_PROBE_HANDLED;
                       });
}

// An element of error correction, which is off: it would only take lists of packets apart, and each packet
// then goes the rest of the way by itself, at nearly twice the cost.
void passWholeLists(GstElement* element) {
  const auto sink = gst::staticPad(element, "sink");
  const auto source = gst::staticPad(element, "src");
  if (!sink || !source) return;
  gst::addLastingProbe(sink->get(), GST_PAD_PROBE_TYPE_BUFFER_LIST,
                       [source = *source](GstPad*, GstPadProbeInfo* info) {
                         GST_PAD_PROBE_INFO_FLOW_RETURN(info) =
                             gst_pad_push_list(source.get(), GST_PAD_PROBE_INFO_BUFFER_LIST(info));
                         return GST_PAD_PROBE_HANDLED;
                       });
}

// Of what the receiver asks for again, only what the gate lets pass is sent.
void gateRetransmissions(GstElement* element, const std::shared_ptr<LegShared>& shared) {
  const auto pad = gst::staticPad(element, "src");
  if (!pad) return;
  gst::addLastingProbe(
      pad->get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, [shared](GstPad*, GstPadProbeInfo* info) {
        const GstStructure* event = gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info));
        guint ssrc = 0, sequence = 0;
        if (!event || !gst_structure_has_name(event, "GstRTPRetransmissionRequest") ||
            !gst_structure_get(event, "ssrc", G_TYPE_UINT, &ssrc, "seqnum", G_TYPE_UINT, &sequence, nullptr))
          return GST_PAD_PROBE_OK;
        const auto now = gst::now();
        using Answer = RetransmissionGate::Answer;
        const Answer answer = shared->retransmissions.ask(ssrc, static_cast<std::uint16_t>(sequence),
                                                          shared->network.state(now), now);
        if (answer == Answer::keyframe) shared->receiverWantsKeyframe();
        return answer == Answer::send ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
      });
}

// So that what is lost is asked for at once: by default an early report waits for up to half a second after
// the one before, since reports are to take a twentieth of the bandwidth (RFC 4585 section 3.5.2). Regular
// ones stay as rare as they are.
void configureSession(GstElement* element) {
  GObject* session = nullptr;
  g_object_get(element, "internal-session", &session, nullptr);
  if (!session) return;
  const auto owned = gst::Ref<GObject>::adopt(session);
  g_object_set(session, "rtcp-fraction", kReportBandwidth, "twcc-feedback-interval", kFeedbackInterval,
               nullptr);
}

void onInnerElement(GstElement* element, const std::shared_ptr<LegShared>& shared) {
  const GstElementFactory* factory = gst_element_get_factory(element);
  if (!factory) return;
  const std::string_view name = GST_OBJECT_NAME(factory);
  // What we push is live already; synchronising would add the latency of the whole pipeline.
  if (name == "clocksync") g_object_set(element, "sync", FALSE, nullptr);
  if (name == "rtpfunnel") filterEvents(element);
  if (name == "rtpsession") configureSession(element);
  if (name == "rtprtxsend") gateRetransmissions(element, shared);
  if (name == "rtpulpfecenc" || name == "rtpredenc") passWholeLists(element);
  if (name == "rtpjitterbuffer") g_object_set(element, "faststart-min-packets", kFastStartPackets, nullptr);
}

Status configureRtpbin(WebrtcElement& self, const std::shared_ptr<LegShared>& shared) {
  const auto rtpbin = gst::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(self.bin), "rtpbin"));
  if (!rtpbin) return fail(ErrorCode::internal, "webrtcbin has no rtpbin");
  // Sender reports map capture time (PTS): send time would need the latency that the pipeline never sets.
  g_object_set(rtpbin.get(), "max-streams", kMaxStreams, "rtcp-sync-send-time", FALSE, nullptr);
  self.signals.push_back(watchRtpbin(rtpbin.get(), shared));
  return {};
}

// Requesting it by number fixes the pad's m-line.
Result<gst::Ref<GstPad>> requestSink(GstElement* webrtc, const char* name, const std::string& preferences,
                                     bool nack) {
  const auto caps = gst::capsOf(preferences);
  GstPadTemplate* pattern = gst_element_get_pad_template(webrtc, "sink_%u");
  GstPad* pad = gst_element_request_pad(webrtc, pattern, name, caps.get());
  if (!pad) return fail(ErrorCode::internal, "webrtcbin gives no pad {}", name);
  auto result = gst::Ref<GstPad>::adopt(pad);
  GObject* transceiver = nullptr;
  g_object_get(pad, "transceiver", &transceiver, nullptr);
  if (!transceiver) return fail(ErrorCode::internal, "webrtcbin pad {} has no transceiver", name);
  const auto owned = gst::Ref<GObject>::adopt(transceiver);
  g_object_set(transceiver, "codec-preferences", caps.get(), "direction",
               GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDRECV, "do-nack", nack, nullptr);
  return result;
}

// What is only received has no pad: the lines are numbered in the order of these calls.
Status addReceiver(GstElement* webrtc, const std::string& preferences, bool nack) {
  const auto caps = gst::capsOf(preferences);
  GstWebRTCRTPTransceiver* transceiver = nullptr;
  g_signal_emit_by_name(webrtc, "add-transceiver", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_RECVONLY, caps.get(),
                        &transceiver);
  if (!transceiver) return fail(ErrorCode::internal, "webrtcbin gives no receiving line");
  const auto owned = gst::Ref<GstWebRTCRTPTransceiver>::adopt(transceiver);
  g_object_set(transceiver, "do-nack", nack, nullptr);
  return {};
}

// SSRCs are unique within the bundle; 0 is not used.
std::uint32_t randomSsrc(std::uint32_t other) {
  std::uint32_t ssrc = 0;
  while (ssrc == 0 || ssrc == other) ssrc = g_random_int();
  return ssrc;
}

}  // namespace

Result<WebrtcElement> WebrtcElement::create(GstBin* parent, const RoomSettings& room,
                                            const std::shared_ptr<LegShared>& shared) {
  WebrtcElement self;
  const auto element = gst::addElement(parent, "webrtcbin", "webrtc");
  if (!element) return tl::unexpected(element.error());
  self.bin = *element;
  g_object_set(self.bin, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency", kJitterBufferMs,
               nullptr);
  if (!room.stunServer.empty()) g_object_set(self.bin, "stun-server", room.stunServer.c_str(), nullptr);
  self.signals.push_back(gst::SignalConnection::connect<void(GstBin*, GstBin*, GstElement*)>(
      self.bin, "deep-element-added",
      [shared](GstBin*, GstBin*, GstElement* inner) { onInnerElement(inner, shared); }));
  if (const auto ok = configureRtpbin(self, shared); !ok) return tl::unexpected(ok.error());
  if (const auto ok = configureIce(self.bin, room); !ok) return tl::unexpected(ok.error());

  const auto lines = shared->screen ? self.addReceivers(*shared) : self.addSinks(*shared);
  if (!lines) return tl::unexpected(lines.error());
  return self;
}

// NACK on video only: Chromium refuses the RTX group that 1.22 writes into an audio line.
Status WebrtcElement::addSinks(LegShared& shared) {
  const std::uint32_t audioSsrc = randomSsrc(0);
  const std::uint32_t videoSsrc = randomSsrc(audioSsrc);
  shared.network.sendsWith({audioSsrc, videoSsrc});
  auto first = requestSink(bin, "sink_0", withSsrc(audioPreferences(shared.channels), audioSsrc), false);
  if (!first) return tl::unexpected(first.error());
  auto second = requestSink(bin, "sink_1", withSsrc(videoPreferences(shared.codec), videoSsrc), true);
  if (!second) return tl::unexpected(second.error());
  audio = std::move(*first);
  video = std::move(*second);
  return {};
}

Status WebrtcElement::addReceivers(const LegShared& shared) {
  return addReceiver(bin, audioPreferences(shared.channels), false).and_then([&] {
    return addReceiver(bin, videoPreferences(shared.codec), true);
  });
}

gst::Ref<GstWebRTCDTLSTransport> WebrtcElement::dtlsTransport() const {
  GstWebRTCRTPTransceiver* transceiver = nullptr;
  g_signal_emit_by_name(bin, "get-transceiver", 0, &transceiver);
  if (!transceiver) return {};
  const auto line = gst::Ref<GstWebRTCRTPTransceiver>::adopt(transceiver);
  GstWebRTCRTPReceiver* receiver = nullptr;
  g_object_get(transceiver, "receiver", &receiver, nullptr);
  if (!receiver) return {};
  const auto receiving = gst::Ref<GstWebRTCRTPReceiver>::adopt(receiver);
  GstWebRTCDTLSTransport* transport = nullptr;
  g_object_get(receiver, "transport", &transport, nullptr);
  return gst::Ref<GstWebRTCDTLSTransport>::adopt(transport);
}

Status verifyPeer(GstWebRTCDTLSTransport* transport, const LegShared& shared) {
  const auto expected = shared.expectedFingerprint();
  gchar* pem = nullptr;
  g_object_get(transport, "remote-certificate", &pem, nullptr);
  const auto presented = certificateFingerprint(pem ? pem : "");
  g_free(pem);
  if (!expected || !presented || *expected != *presented)
    return fail(ErrorCode::fingerprintMismatch, "the DTLS certificate is not the one of the answer");
  return {};
}

}  // namespace tessera
