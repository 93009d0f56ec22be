// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/leg_output.h"

#include <gst/video/video.h>

#include "pipelines/gst/element.h"

namespace tessera {
namespace {

// What webrtcbin has this line as: the codec preferences, with the SSRC.
Result<gst::Ref<GstCaps>> capsOfLine(GstPad* sink) {
  auto caps = gst::Ref<GstCaps>::adopt(gst_pad_query_caps(sink, nullptr));
  if (!gst_caps_is_fixed(caps.get()) ||
      !gst_structure_has_field(gst_caps_get_structure(caps.get(), 0), "ssrc"))
    return fail(ErrorCode::internal, "webrtcbin does not know what {} takes", gst::describe(sink));
  return caps;
}

std::uint32_t ssrcOf(GstCaps* caps) {
  guint ssrc = 0;
  gst_structure_get_uint(gst_caps_get_structure(caps, 0), "ssrc", &ssrc);
  return ssrc;
}

int clockRateOf(GstCaps* caps) {
  int rate = 0;
  gst_structure_get_int(gst_caps_get_structure(caps, 0), "clock-rate", &rate);
  return rate;
}

// Other upstream events end here.
gst::PushPad::EventHandler videoEvents(std::shared_ptr<LegShared> shared) {
  return [shared = std::move(shared)](GstEvent* event) {
    if (!gst_video_event_is_force_key_unit(event)) return false;
    shared->receiverWantsKeyframe();
    return true;
  };
}

}  // namespace

WebRtcOutput::Line::Line(const char* name, gst::Ref<GstCaps> caps, gst::PushPad::EventHandler onEvent)
    : stream(ssrcOf(caps.get()), clockRateOf(caps.get())), pad(name, caps, std::move(onEvent)) {}

WebRtcOutput::WebRtcOutput(gst::Ref<GstCaps> audio, gst::Ref<GstCaps> video,
                           std::shared_ptr<LegShared> shared)
    : shared_(std::move(shared)),
      video_("video", std::move(video), videoEvents(shared_)),
      audio_("audio", std::move(audio), [](GstEvent*) { return false; }) {}

Result<std::shared_ptr<WebRtcOutput>> WebRtcOutput::create(GstPad* audioSink, GstPad* videoSink,
                                                           std::shared_ptr<LegShared> shared) {
  auto audio = capsOfLine(audioSink);
  if (!audio) return tl::unexpected(audio.error());
  auto video = capsOfLine(videoSink);
  if (!video) return tl::unexpected(video.error());
  const std::uint32_t ssrc = ssrcOf(video->get());
  std::shared_ptr<WebRtcOutput> output(
      new WebRtcOutput(std::move(*audio), std::move(*video), std::move(shared)));
  output->shared_->retransmissions.sendsWith(ssrc);
  const auto linked =
      output->audio_.pad.linkTo(audioSink).and_then([&] { return output->video_.pad.linkTo(videoSink); });
  if (!linked) return tl::unexpected(linked.error());
  return output;
}

void WebRtcOutput::start(bool sendVideo, bool sendAudio) {
  sendVideo_ = sendVideo;
  sendAudio_ = sendAudio;
  if (sendVideo) video_.pad.start();
  if (sendAudio) audio_.pad.start();
}

void WebRtcOutput::stop() {
  video_.pad.stop();
  audio_.pad.stop();
}

// A kind that the peer does not want is dropped: a webrtcbin pad that was never connected blocks for good.
bool WebRtcOutput::pushVideo(const RtpFrame& frame, std::size_t first, std::size_t count) {
  if (!shared_->open()) return false;
  if (!sendVideo_) return true;
  auto packets = video_.stream.write(frame, first, count);
  std::vector<std::size_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = frame.packets[first + i].bytes;
  shared_->retransmissions.onSent(static_cast<std::uint16_t>(video_.stream.nextSequence() - count), bytes,
                                  frame.keyframe && first == 0, gst::now());
  return video_.pad.push(std::move(packets)) == GST_FLOW_OK;
}

bool WebRtcOutput::pushAudio(const RtpFrame& packet) {
  if (!shared_->open()) return false;
  return !sendAudio_ || audio_.pad.push(audio_.stream.write(packet, 0, packet.packets.size())) == GST_FLOW_OK;
}

}  // namespace tessera
