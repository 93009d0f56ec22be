// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/leg_output.h"

#include <gst/rtp/rtp.h>
#include <gst/video/video.h>

#include "pipelines/gst/element.h"
#include "pipelines/legs/leg_codecs.h"

namespace tessera {
namespace {

// Payload of a packet in bytes: room for SRTP, TURN and tunnels below an Ethernet frame.
constexpr guint kMtu = 1200;

// An installation that lacks it does without it.
void addExtension(GstElement* payloader, int id, const char* uri) {
  const auto extension =
      gst::Ref<GstRTPHeaderExtension>::adopt(gst_rtp_header_extension_create_from_uri(uri));
  if (!extension) return;
  gst_rtp_header_extension_set_id(extension.get(), static_cast<guint>(id));
  g_signal_emit_by_name(payloader, "add-extension", extension.get());
}

Status connect(GstBin* bin, gst::PushPad& source, const char* factory, int payload, GstPad* sink) {
  const auto payloader = gst::addElement(bin, factory);
  if (!payloader) return tl::unexpected(payloader.error());
  // Not every extension of the offer is ours to send: the audio level is not.
  g_object_set(*payloader, "pt", payload, "mtu", kMtu, "auto-header-extension", FALSE, nullptr);
  if (g_str_equal(factory, "rtpvp8pay"))
    gst_util_set_object_arg(G_OBJECT(*payloader), "picture-id-mode", "15-bit");
  if (g_str_equal(factory, "rtph264pay")) {
    g_object_set(*payloader, "config-interval", -1, nullptr);
    gst_util_set_object_arg(G_OBJECT(*payloader), "aggregate-mode", "zero-latency");
  }
  // Transport-wide sequence numbers: the payloader leaves room, webrtcbin's session writes them.
  addExtension(*payloader, kTransportCcId, kTransportCcUri);
  if (payload != kOpusPayload) addExtension(*payloader, kColourSpaceId, kColourSpaceUri);
  const auto out = gst::staticPad(*payloader, "src");
  if (!out) return tl::unexpected(out.error());
  if (const auto linked = gst::link(out->get(), sink); !linked) return linked;
  return source.linkTo(*payloader);
}

// Other upstream events (transport-cc reports among them) end here.
gst::PushPad::EventHandler videoEvents(std::shared_ptr<LegShared> shared) {
  return [shared = std::move(shared)](GstEvent* event) {
    if (!gst_video_event_is_force_key_unit(event)) return false;
    shared->receiverWantsKeyframe();
    return true;
  };
}

}  // namespace

WebRtcOutput::WebRtcOutput(std::shared_ptr<LegShared> shared)
    : shared_(std::move(shared)),
      video_("video", gst::capsOf(encodedVideoCaps(shared_->codec)), videoEvents(shared_)),
      audio_("audio", gst::capsOf(encodedAudioCaps(shared_->channels)), [](GstEvent*) { return false; }) {}

Result<std::shared_ptr<WebRtcOutput>> WebRtcOutput::create(GstBin* bin, GstPad* audioSink, GstPad* videoSink,
                                                           std::shared_ptr<LegShared> shared) {
  const bool vp8 = shared->codec == VideoCodec::vp8;
  std::shared_ptr<WebRtcOutput> output(new WebRtcOutput(std::move(shared)));
  if (const auto ok = connect(bin, output->audio_, "rtpopuspay", kOpusPayload, audioSink); !ok)
    return tl::unexpected(ok.error());
  if (const auto ok = connect(bin, output->video_, vp8 ? "rtpvp8pay" : "rtph264pay",
                              vp8 ? kVp8Payload : kH264Payload, videoSink);
      !ok)
    return tl::unexpected(ok.error());
  return output;
}

void WebRtcOutput::start(bool sendVideo, bool sendAudio) {
  sendVideo_ = sendVideo;
  sendAudio_ = sendAudio;
  if (sendVideo) video_.start();
  if (sendAudio) audio_.start();
}

void WebRtcOutput::stop() {
  video_.stop();
  audio_.stop();
}

// A kind that the peer does not want is dropped: a webrtcbin pad that was never connected blocks for good.
bool WebRtcOutput::pushVideo(const gst::Ref<GstBuffer>& frame) {
  if (!shared_->open()) return false;
  return !sendVideo_ || video_.push(frame) == GST_FLOW_OK;
}

bool WebRtcOutput::pushAudio(const gst::Ref<GstBuffer>& packet) {
  if (!shared_->open()) return false;
  return !sendAudio_ || audio_.push(packet) == GST_FLOW_OK;
}

}  // namespace tessera
