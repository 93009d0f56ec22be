// SPDX-License-Identifier: Apache-2.0
#include "support/webrtc_client.h"

#include <fmt/core.h>
#include <gst/app/gstappsink.h>
#include <gst/rtp/rtp.h>
#include <gst/video/video.h>

#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/probe.h"
#include "pipelines/gst/promise.h"

namespace tessera::test {
namespace {

// As the offer has it, leg_codecs.h.
constexpr const char* kTransportCc =
    "extmap-3=(string)http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

std::string encoderOf(VideoCodec codec, int kbps) {
  return codec == VideoCodec::vp8
             ? fmt::format(
                   "vp8enc deadline=1 cpu-used=16 end-usage=cbr target-bitrate={} "
                   "keyframe-max-dist=3000 error-resilient=default",
                   kbps * 1000)
             : fmt::format(
                   "x264enc tune=zerolatency speed-preset=ultrafast threads=1 key-int-max=3000 "
                   "bitrate={} ! video/x-h264,profile=constrained-baseline,stream-format=byte-stream",
                   kbps);
}

std::string videoBranch(const WebRtcClient::Options& o) {
  const bool vp8 = o.codec == VideoCodec::vp8;
  const std::string colour =
      fmt::format("videotestsrc name=camera is-live=true pattern=solid-color foreground-color={}", o.argb);
  return fmt::format(
      "{} ! video/x-raw,format=I420,width={},height={},framerate={}/1 ! {} ! {} name=videopay ! "
      "application/x-rtp,media=video,encoding-name={},payload={},{} ! w.sink_1 ",
      o.camera.empty() ? colour : o.camera, o.width, o.height, o.fps, encoderOf(o.codec, o.kbps),
      vp8 ? "rtpvp8pay" : "rtph264pay config-interval=-1 aggregate-mode=zero-latency", vp8 ? "VP8" : "H264",
      vp8 ? 96 : 102, kTransportCc);
}

std::string audioBranch(const WebRtcClient::Options& o) {
  return fmt::format(
      "audiotestsrc name=microphone is-live=true wave=sine volume={} freq={} samplesperbuffer=960 ! "
      "audio/x-raw,format=S16LE,rate=48000,channels=1 ! opusenc frame-size=20 {} ! rtpopuspay name=audiopay "
      "! "
      "application/x-rtp,media=audio,encoding-name=OPUS,payload=111,{} ! w.sink_0 ",
      o.volume, o.tone,
      o.fec ? "audio-type=voice bitrate=32000 inband-fec=true packet-loss-percentage=10" : "", kTransportCc);
}

// When flashes and beeps begin: with the first frame, and every second after it, which is a whole number of
// frames. (The ticks of audiotestsrc would do for the sound, but a live one makes all but the first a buffer
// too early.)
class FlashTimes {
 public:
  void beginWith(GstClockTime firstFrame) {
    GstClockTime unset = GST_CLOCK_TIME_NONE;
    first_.compare_exchange_strong(unset, firstFrame);
  }
  bool on(GstClockTime time) const {
    const GstClockTime first = first_;
    if (first == GST_CLOCK_TIME_NONE) return false;
    const GstClockTime into = (time + GST_SECOND + kRounding - first) % GST_SECOND;
    return into < static_cast<GstClockTime>(std::chrono::nanoseconds(WebRtcClient::kFlash).count());
  }

 private:
  static constexpr GstClockTime kRounding = GST_USECOND;  // a frame is not a whole number of nanoseconds
  std::atomic<GstClockTime> first_{GST_CLOCK_TIME_NONE};
};

// Paints the luma of I420 pictures.
GstPadProbeReturn paintFlash(FlashTimes& times, GstPadProbeInfo* info) {
  GstBuffer* buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
  GST_PAD_PROBE_INFO_DATA(info) = buffer;
  times.beginWith(GST_BUFFER_PTS(buffer));
  gst_buffer_memset(buffer, 0, times.on(GST_BUFFER_PTS(buffer)) ? 235 : 16,
                    gst_buffer_get_size(buffer) * 2 / 3);
  return GST_PAD_PROBE_OK;
}

// Silences what is not a beep, to the sample.
GstPadProbeReturn cutBeep(const FlashTimes& times, GstPadProbeInfo* info) {
  GstBuffer* buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
  GST_PAD_PROBE_INFO_DATA(info) = buffer;
  GstMapInfo map;
  if (!gst_buffer_map(buffer, &map, GST_MAP_READWRITE)) return GST_PAD_PROBE_DROP;
  auto* samples = reinterpret_cast<std::int16_t*>(map.data);
  for (std::size_t i = 0; i < map.size / sizeof(std::int16_t); ++i) {
    if (!times.on(GST_BUFFER_PTS(buffer) + i * GST_SECOND / mix::kSampleRate)) samples[i] = 0;
  }
  gst_buffer_unmap(buffer, &map);
  return GST_PAD_PROBE_OK;
}

gst::Ref<GstPad> sourcePad(GstElement* pipeline, const char* name) {
  const auto element = gst::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline), name));
  return gst::staticPad(element.get(), "src").value();
}

void makeFlashes(GstElement* pipeline) {
  const auto times = std::make_shared<FlashTimes>();
  gst::addLastingProbe(sourcePad(pipeline, "camera").get(), GST_PAD_PROBE_TYPE_BUFFER,
                       [times](GstPad*, GstPadProbeInfo* info) { return paintFlash(*times, info); });
  gst::addLastingProbe(sourcePad(pipeline, "microphone").get(), GST_PAD_PROBE_TYPE_BUFFER,
                       [times](GstPad*, GstPadProbeInfo* info) { return cutBeep(*times, info); });
}

// The id is that of the offer, leg_codecs.h.
void claimLevel(GstElement* pipeline, int levelDb) {
  gst::addLastingProbe(sourcePad(pipeline, "audiopay").get(), GST_PAD_PROBE_TYPE_BUFFER,
                       [levelDb](GstPad*, GstPadProbeInfo* info) {
                         GstBuffer* buffer = gst_buffer_make_writable(GST_PAD_PROBE_INFO_BUFFER(info));
                         GST_PAD_PROBE_INFO_DATA(info) = buffer;
                         const auto level = static_cast<guint8>(-levelDb);
                         GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
                         if (!gst_rtp_buffer_map(buffer, GST_MAP_READWRITE, &rtp)) return GST_PAD_PROBE_DROP;
                         gst_rtp_buffer_add_extension_onebyte_header(&rtp, 5, &level, 1);
                         gst_rtp_buffer_unmap(&rtp);
                         return GST_PAD_PROBE_OK;
                       });
}

void losePackets(GstElement* pipeline, int oneIn) {
  gst::addLastingProbe(sourcePad(pipeline, "audiopay").get(), GST_PAD_PROBE_TYPE_BUFFER,
                       [oneIn, n = 0](GstPad*, GstPadProbeInfo*) mutable {
                         return ++n % oneIn == 0 ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
                       });
}

gst::Ref<GstElement> parse(const std::string& description) {
  GError* error = nullptr;
  GstElement* element = gst_parse_launch(description.c_str(), &error);
  if (!element || error) g_error("%s: %s", description.c_str(), error ? error->message : "?");
  return gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(element)));
}

void listenOn(GstElement* webrtc, const std::string& address) {
  GObject* ice = nullptr;
  g_object_get(webrtc, "ice-agent", &ice, nullptr);
  g_object_set(ice, "ice-tcp", FALSE, nullptr);
  gboolean added = FALSE;
  g_signal_emit_by_name(ice, "add-local-ip-address", address.c_str(), &added);
  g_object_unref(ice);
}

// As browsers have it: what is lost of a picture is sent again.
void sendAgain(GstElement* webrtc) {
  const auto pad = gst::Ref<GstPad>::adopt(gst_element_get_static_pad(webrtc, "sink_1"));
  if (!pad) return;
  GObject* transceiver = nullptr;
  g_object_get(pad.get(), "transceiver", &transceiver, nullptr);
  g_object_set(transceiver, "do-nack", TRUE, nullptr);
  g_object_unref(transceiver);
}

// Sender reports as browsers make them. By default they map the time of sending, which is later than the
// capture by the encoder's time: the busier the machine, the further apart picture and sound.
void reportCaptureTimes(GstElement* webrtc) {
  const auto rtpbin = gst::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(webrtc), "rtpbin"));
  g_object_set(rtpbin.get(), "rtcp-sync-send-time", FALSE, nullptr);
}

void countKeyframes(GstPad* pad, const std::shared_ptr<std::atomic<int>>& count) {
  gst::addLastingProbe(pad, GST_PAD_PROBE_TYPE_BUFFER, [count](GstPad*, GstPadProbeInfo* info) {
    if (!GST_BUFFER_FLAG_IS_SET(GST_PAD_PROBE_INFO_BUFFER(info), GST_BUFFER_FLAG_DELTA_UNIT)) ++*count;
    return GST_PAD_PROBE_OK;
  });
}

std::shared_ptr<const void> mapFrame(const GstVideoInfo& info, GstBuffer* buffer, mix::VideoFrame& out) {
  auto* mapped = new GstVideoFrame;
  if (!gst_video_frame_map(mapped, &info, buffer, GST_MAP_READ)) {
    delete mapped;
    return nullptr;
  }
  out.width = GST_VIDEO_FRAME_WIDTH(mapped);
  out.height = GST_VIDEO_FRAME_HEIGHT(mapped);
  const std::array<const std::uint8_t**, 3> planes{&out.y, &out.u, &out.v};
  const std::array<int*, 3> strides{&out.strideY, &out.strideU, &out.strideV};
  for (unsigned i = 0; i < 3; ++i) {
    *planes[i] = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(mapped, i));
    *strides[i] = GST_VIDEO_FRAME_COMP_STRIDE(mapped, i);
  }
  return std::shared_ptr<const void>(mapped, [](GstVideoFrame* f) {
    gst_video_frame_unmap(f);
    delete f;
  });
}

// Asks at once for what is missing, as browsers do, and not within a share of the bandwidth.
void askEarly(GstElement* rtpsession) {
  GObject* session = nullptr;
  g_object_get(rtpsession, "internal-session", &session, nullptr);
  if (!session) return;
  g_object_set(session, "rtcp-fraction", 1e6, nullptr);
  g_object_unref(session);
}

}  // namespace

WebRtcClient::WebRtcClient(const Options& options) : options_(options) {
  std::string description = "webrtcbin name=w bundle-policy=max-bundle latency=100 ";
  if (options.sendsAudio) description += audioBranch(options);
  if (options.sendsVideo) description += videoBranch(options);
  pipeline_ = parse(description);
  // "webrtcbin name=w" alone is not put into a pipeline by the parser
  if (!GST_IS_PIPELINE(pipeline_.get())) {
    auto alone = pipeline_;
    pipeline_ = gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
    gst_bin_add(GST_BIN(pipeline_.get()), alone.get());
  }
  webrtc_ = gst::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "w"));
  listenOn(webrtc_.get(), options.address);
  sendAgain(webrtc_.get());
  reportCaptureTimes(webrtc_.get());
  signals_.push_back(impair(webrtc_.get(), received_, sent_));
  if (auto pay = gst_bin_get_by_name(GST_BIN(pipeline_.get()), "videopay")) {
    countKeyframes(gst::staticPad(pay, "sink")->get(), keyframes_);
    gst_object_unref(pay);
  }
  if (options.flashes) makeFlashes(pipeline_.get());
  if (options.claimsLevelDb) claimLevel(pipeline_.get(), *options.claimsLevelDb);
  if (options.losesOneIn > 0) losePackets(pipeline_.get(), options.losesOneIn);
  signals_.push_back(gst::SignalConnection::connect<void(GstElement*, GstPad*)>(
      webrtc_.get(), "pad-added", [this](GstElement*, GstPad* pad) { onPad(pad); }));
  // A frame that is merely not sent is no loss.
  signals_.push_back(gst::SignalConnection::connect<void(GstBin*, GstBin*, GstElement*)>(
      webrtc_.get(), "deep-element-added", [](GstBin*, GstBin*, GstElement* element) {
        if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "rtx-next-seqnum"))
          g_object_set(element, "rtx-next-seqnum", FALSE, nullptr);
        if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "internal-session")) askEarly(element);
      }));
  signals_.push_back(gst::SignalConnection::connect<void(GstElement*, guint, gchar*)>(
      webrtc_.get(), "on-ice-candidate", [weak = weak_.get()](GstElement*, guint mline, gchar* text) {
        post([weak, candidate = IceCandidate{static_cast<int>(mline), text ? text : ""}] {
          auto* self = weak.get();
          if (self && self->onCandidate) self->onCandidate(candidate);
        });
      }));
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
}

WebRtcClient::~WebRtcClient() {
  stop();
}

void WebRtcClient::stop() {
  signals_.clear();
  received_->stop();
  sent_->stop();
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  const std::lock_guard lock(padsMutex_);
  videoPad_ = nullptr;
  pads_.clear();
}

void WebRtcClient::setOffer(const std::string& sdp) {
  GstSDPMessage* message = nullptr;
  gst_sdp_message_new_from_text(sdp.c_str(), &message);
  GstWebRTCSessionDescription* offer = gst_webrtc_session_description_new(GST_WEBRTC_SDP_TYPE_OFFER, message);
  const auto done = gst::makePromise("client: offer", [weak = weak_.get()](const auto& reply) {
    if (!reply) g_warning("%s", reply.error().text.c_str());
    post([weak] {
      if (auto* self = weak.get()) self->answer();
    });
  });
  g_signal_emit_by_name(webrtc_.get(), "set-remote-description", offer, done.get());
  gst_webrtc_session_description_free(offer);
}

void WebRtcClient::answer() {
  const auto made = gst::makePromise("client: answer", [weak = weak_.get()](const auto& reply) {
    if (!reply) return g_warning("%s", reply.error().text.c_str());
    GstWebRTCSessionDescription* answer = nullptr;
    gst_structure_get(*reply, "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, nullptr);
    gchar* raw = gst_sdp_message_as_text(answer->sdp);
    const std::string text = raw;
    g_free(raw);
    post([weak, text, answer] {
      if (auto* self = weak.get()) {
        g_signal_emit_by_name(self->webrtc_.get(), "set-local-description", answer, nullptr);
        if (self->onAnswer) self->onAnswer(text);
      }
      gst_webrtc_session_description_free(answer);
    });
  });
  g_signal_emit_by_name(webrtc_.get(), "create-answer", nullptr, made.get());
}

void WebRtcClient::addCandidate(const IceCandidate& candidate) {
  g_signal_emit_by_name(webrtc_.get(), "add-ice-candidate", static_cast<guint>(candidate.mline),
                        candidate.candidate.c_str());
}

void WebRtcClient::requestKeyframe() {
  const std::lock_guard lock(padsMutex_);
  if (videoPad_)
    videoPad_->sendUpstream(
        gst::Ref<GstEvent>::adopt(gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0)));
}

void WebRtcClient::sayGoodbye() {
  GstIterator* encoders = gst_bin_iterate_all_by_element_factory_name(GST_BIN(pipeline_.get()), "dtlsenc");
  gst_iterator_foreach(
      encoders,
      [](const GValue* encoder, gpointer) {
        const auto sink = gst::staticPad(GST_ELEMENT(g_value_get_object(encoder)), "sink");
        if (sink) gst_pad_send_event(sink->get(), gst_event_new_eos());
      },
      nullptr);
  gst_iterator_free(encoders);
}

int WebRtcClient::keyframesMade() const {
  return keyframes_->load();
}

// On a streaming thread; the client outlives its pipeline.
void WebRtcClient::onPad(GstPad* pad) {
  const auto caps = gst::Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
  const bool isVideo =
      caps && g_str_equal(gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "media"), "video");
  const std::string chain = !isVideo ? "rtpopusdepay ! opusdec"
                            : options_.codec == VideoCodec::vp8
                                ? "rtpvp8depay ! vp8dec name=decoder"
                                : "rtph264depay ! h264parse ! avdec_h264 max-threads=1 name=decoder";
  GstElement* bin = gst_parse_bin_from_description(chain.c_str(), TRUE, nullptr);
  gst::ReceivePad::Handlers handlers;
  if (isVideo) {
    const auto decoder = gst::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(bin), "decoder"));
    countKeyframes(gst::staticPad(decoder.get(), "sink")->get(), keyframesReceived_);
    const auto info = std::make_shared<GstVideoInfo>();
    handlers.caps = gst::capsOf("video/x-raw,format=I420");
    handlers.onCaps = [info](GstCaps* c) { return gst_video_info_from_caps(info.get(), c) == TRUE; };
    handlers.onBuffer = [this, info](const gst::Ref<GstBuffer>& buffer) {
      mix::VideoFrame frame;
      frame.memory = mapFrame(*info, buffer.get(), frame);
      frame.captured = mix::Nanos(GST_BUFFER_PTS(buffer.get()));
      if (frame.memory) video.see(frame);
      return GST_FLOW_OK;
    };
  } else {
    handlers.caps = gst::capsOf("audio/x-raw,format=S16LE,rate=48000,channels=1");
    handlers.onBuffer = [this](const gst::Ref<GstBuffer>& buffer) {
      GstMapInfo map;
      if (!gst_buffer_map(buffer.get(), &map, GST_MAP_READ)) return GST_FLOW_ERROR;
      audio.hear({reinterpret_cast<const std::int16_t*>(map.data), map.size / 2},
                 mix::Nanos(GST_BUFFER_PTS(buffer.get())));
      gst_buffer_unmap(buffer.get(), &map);
      return GST_FLOW_OK;
    };
  }
  auto sink = std::make_unique<gst::ReceivePad>("sink", std::move(handlers));
  gst_bin_add(GST_BIN(pipeline_.get()), bin);
  if (!sink->linkFrom(bin)) g_error("client: cannot link the decoder");
  const auto entry = gst::staticPad(bin, "sink");
  if (!gst::link(pad, entry->get())) g_error("client: cannot link the pad");
  {
    const std::lock_guard lock(padsMutex_);
    if (isVideo) videoPad_ = sink.get();
    pads_.push_back(std::move(sink));
  }
  gst_element_sync_state_with_parent(bin);
}

std::vector<gst::Ref<GstBuffer>> encodeClip(const std::string& description) {
  const auto pipeline = parse(description + " ! appsink name=out sync=false");
  const auto sink = gst::Ref<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  std::vector<gst::Ref<GstBuffer>> buffers;
  while (GstSample* sample = gst_app_sink_pull_sample(GST_APP_SINK(sink.get()))) {
    buffers.push_back(gst::Ref<GstBuffer>::retain(gst_sample_get_buffer(sample)));
    gst_sample_unref(sample);
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  if (buffers.empty()) g_error("nothing encoded by %s", description.c_str());
  return buffers;
}

std::vector<gst::Ref<GstBuffer>> encodeColour(VideoCodec codec, unsigned argb, int frames) {
  return encodeClip(
      fmt::format("videotestsrc num-buffers={} pattern=solid-color foreground-color={} ! "
                  "video/x-raw,format=I420,width=320,height=240,framerate=15/1 ! {}",
                  frames, argb, encoderOf(codec, 300)));
}

std::vector<gst::Ref<GstBuffer>> encodeTone(double hertz, int packets) {
  return encodeClip(
      fmt::format("audiotestsrc num-buffers={} wave=sine volume=0.5 freq={} samplesperbuffer=960 ! "
                  "audio/x-raw,rate=48000,channels=1 ! opusenc frame-size=20",
                  packets, hertz));
}

Yuv yuvOf(unsigned argb) {
  // BT.601 limited range: what videotestsrc takes for small pictures
  const double r = argb >> 16 & 255;
  const double g = argb >> 8 & 255;
  const double b = argb & 255;
  return {static_cast<int>(16 + 0.257 * r + 0.504 * g + 0.098 * b),
          static_cast<int>(128 - 0.148 * r - 0.291 * g + 0.439 * b),
          static_cast<int>(128 + 0.439 * r - 0.368 * g - 0.071 * b)};
}

}  // namespace tessera::test
