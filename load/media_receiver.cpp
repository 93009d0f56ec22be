// SPDX-License-Identifier: Apache-2.0
#include "load/media_receiver.h"

#include <gst/video/video.h>

#include "pipelines/gst/element.h"

namespace tessera::load {
namespace {

constexpr std::chrono::seconds kKeyframeRequestInterval{1};

// Calls `use` with the packet in `buffer`, if it is one.
template <class Function>
void withRtp(const gst::Ref<GstBuffer>& buffer, Function use) {
  GstMapInfo map;
  if (!gst_buffer_map(buffer.get(), &map, GST_MAP_READ)) return;
  if (const auto packet = parseRtp({map.data, map.size})) use(*packet);
  gst_buffer_unmap(buffer.get(), &map);
}

// webrtcbin's pads come with their caps; asked what they could be, they only say RTP.
bool isVideo(GstPad* pad) {
  const auto caps = gst::Ref<GstCaps>::adopt(gst_pad_get_current_caps(pad));
  if (!caps || gst_caps_is_empty(caps.get())) return false;
  const gchar* media = gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "media");
  return media && std::string_view(media) == "video";
}

GstPadProbeReturn dropAll(GstPad*, GstPadProbeInfo*, gpointer) {
  return GST_PAD_PROBE_DROP;
}

}  // namespace

// Belongs to the streaming thread of the video pad once media flows, but for what onSound() uses.
struct MediaReceiver::VideoInput {
  std::shared_ptr<Received> received;
  Settings settings;
  std::unique_ptr<FrameDecoder> decoder;
  bool decoded = false;
  gst::ReceivePad* pad = nullptr;  // the one that calls us, so it is there
  TimePoint lastRequest{};
  TimePoint lastPacket{};

  void onPacket(const gst::Ref<GstBuffer>& buffer) {
    bool broken = false;
    withRtp(buffer, [&](const RtpPacket& packet) {
      const std::lock_guard lock(received->mutex);
      broken = received->video.onPacket(packet, Clock::now());
    });
    if (broken) requestKeyframe();
    if (!decoder) return;
    lastPacket = Clock::now();
    decoder->push(buffer);
    if (decoded && !settings.keepDecoding) decoder.reset();
  }

  void onFrame(const LumaPlane& luma) {
    const TimePoint now = Clock::now();
    {
      const std::lock_guard lock(received->mutex);
      if (!received->firstFrame) received->firstFrame = now;
      if (settings.keepDecoding) {
        received->picture.onFrame(luma.bytes, luma.width, luma.height, luma.stride, now);
        received->delay.onFrame(luma, lastPacket, now);
      }
    }
    if (!decoded) settings.onFirstFrame();
    decoded = true;
  }

  // On the streaming thread of the audio pad.
  void onSound(const RtpPacket& packet) {
    const TimePoint now = Clock::now();
    bool first = false;
    {
      const std::lock_guard lock(received->mutex);
      received->audio.onPacket(packet, now);
      if (settings.keepDecoding) received->sound.onPacket(packet, now);
      first = settings.soundIsFirst && !received->firstFrame;
      if (first) received->firstFrame = now;
    }
    if (first) settings.onFirstFrame();
  }

  void requestKeyframe() {
    const TimePoint now = Clock::now();
    if (now - lastRequest < kKeyframeRequestInterval) return;
    lastRequest = now;
    pad->sendUpstream(gst::Ref<GstEvent>::adopt(
        gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, FALSE, 0)));
  }
};

Result<std::shared_ptr<MediaReceiver>> MediaReceiver::create(std::shared_ptr<Received> received,
                                                             Settings settings) {
  std::shared_ptr<MediaReceiver> receiver(new MediaReceiver);
  const auto input = std::make_shared<VideoInput>();
  input->received = received;
  input->settings = std::move(settings);
  // The decoder is the input's: what it calls back cannot outlive it.
  auto decoder = FrameDecoder::create(
      input->settings.codec, input->settings.videoPayload,
      [self = input.get()](const LumaPlane& luma) { self->onFrame(luma); },
      [self = input.get()] { self->requestKeyframe(); });
  if (!decoder) return tl::unexpected(decoder.error());
  input->decoder = std::move(*decoder);
  receiver->input_ = input;
  receiver->video_ = std::make_unique<gst::ReceivePad>(
      "load-video", gst::ReceivePad::Handlers{.onBuffer = [input](const gst::Ref<GstBuffer>& buffer) {
        input->onPacket(buffer);
        return GST_FLOW_OK;
      }});
  input->pad = receiver->video_.get();
  receiver->audio_ = std::make_unique<gst::ReceivePad>(
      "load-audio", gst::ReceivePad::Handlers{.onBuffer = [input](const gst::Ref<GstBuffer>& buffer) {
        withRtp(buffer, [&](const RtpPacket& packet) { input->onSound(packet); });
        return GST_FLOW_OK;
      }});
  return receiver;
}

void MediaReceiver::attach(GstPad* pad) {
  const std::lock_guard lock(mutex_);
  const bool video = isVideo(pad);
  bool& linked = video ? videoLinked_ : audioLinked_;
  if (!linked) {
    linked = (video ? video_ : audio_)->linkFrom(pad).has_value();
  } else {
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, dropAll, nullptr, nullptr);
  }
}

}  // namespace tessera::load
