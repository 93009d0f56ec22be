// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/video_encoder.h"

#include <gst/video/video.h>

#include "pipelines/encode/frame_buffer.h"
#include "pipelines/gst/element.h"

namespace tessera {
namespace {

constexpr int kEndlessGop = 1 << 20;  // frames; keyframes are made on request

// One thread: a 720p rung takes a third of a core, and a second thread costs more in switches than it wins.
// Small rate buffers keep keyframes from filling the receivers' queues; see docs/adr/0003.
void configureVp8(GstElement* encoder, const RungSettings& settings) {
  gst_util_set_object_arg(G_OBJECT(encoder), "end-usage", "cbr");
  gst_util_set_object_arg(G_OBJECT(encoder), "error-resilient", "default");
  g_object_set(encoder, "deadline", G_GINT64_CONSTANT(1), "cpu-used", 12, "threads", 1, "target-bitrate",
               settings.kbps * 1000, "keyframe-max-dist", kEndlessGop, "lag-in-frames", 0, "min-quantizer", 4,
               "max-quantizer", 56, "buffer-initial-size", 100, "buffer-optimal-size", 120, "buffer-size",
               150, "max-intra-bitrate", 250, "undershoot", 100, "overshoot", 15, "static-threshold", 100,
               nullptr);
}

void configureX264(GstElement* encoder, const RungSettings& settings) {
  gst_util_set_object_arg(G_OBJECT(encoder), "tune", "zerolatency");
  gst_util_set_object_arg(G_OBJECT(encoder), "speed-preset", "ultrafast");
  g_object_set(encoder, "bitrate", settings.kbps, "key-int-max", kEndlessGop, "threads", 1, "b-adapt", FALSE,
               "bframes", 0, "vbv-buf-capacity", 150, "byte-stream", TRUE, "aud", FALSE, "option-string",
               "scenecut=0", nullptr);
}

void configureOpenH264(GstElement* encoder, const RungSettings& settings) {
  gst_util_set_object_arg(G_OBJECT(encoder), "usage-type", "camera");
  gst_util_set_object_arg(G_OBJECT(encoder), "complexity", "low");
  gst_util_set_object_arg(G_OBJECT(encoder), "rate-control", "bitrate");
  g_object_set(encoder, "bitrate", settings.kbps * 1000, "gop-size", kEndlessGop, "background-detection",
               FALSE, "scene-change-detection", FALSE, "multi-thread", 1, nullptr);
}

Result<gst::Ref<GstElement>> makeConfigured(const RungSettings& settings) {
  if (settings.codec == VideoCodec::vp8) {
    auto encoder = gst::makeElement("vp8enc");
    if (encoder) configureVp8(encoder->get(), settings);
    return encoder;
  }
  if (auto encoder = gst::makeElement("x264enc")) {
    configureX264(encoder->get(), settings);
    return encoder;
  }
  auto encoder = gst::makeElement("openh264enc");
  if (encoder) configureOpenH264(encoder->get(), settings);
  return encoder;
}

gst::Ref<GstCaps> rawCaps(const CanvasSettings& canvas) {
  return gst::capsOf(
      fmt::format("video/x-raw,format=I420,width={},height={},framerate={}/1,colorimetry=bt601,"
                  "interlace-mode=progressive,pixel-aspect-ratio=1/1",
                  canvas.width, canvas.height, canvas.fps));
}

gst::Ref<GstCaps> encodedCaps(VideoCodec codec) {
  return gst::capsOf(
      codec == VideoCodec::vp8
          ? "video/x-vp8"
          : "video/x-h264,profile=constrained-baseline,stream-format=byte-stream,alignment=au");
}

}  // namespace

Result<std::unique_ptr<VideoEncoder>> VideoEncoder::create(const RungSettings& settings,
                                                           FrameHandler onFrame) {
  auto encoder = makeConfigured(settings);
  if (!encoder) return tl::unexpected(encoder.error());
  std::unique_ptr<VideoEncoder> self(new VideoEncoder);
  self->bin_ = gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new(nullptr))));
  self->encoder_ = encoder->get();
  self->frameDuration_ = mix::Nanos(std::chrono::seconds(1)) / settings.canvas.fps;
  gst_bin_add(GST_BIN(self->bin_.get()), self->encoder_);
  // Pins profile and stream format, which the encoder asks of what comes after it.
  auto filter = gst::addElement(GST_BIN(self->bin_.get()), "capsfilter");
  if (!filter) return tl::unexpected(filter.error());
  g_object_set(*filter, "caps", encodedCaps(settings.codec).get(), nullptr);

  self->input_ = std::make_unique<gst::PushPad>("raw", rawCaps(settings.canvas), nullptr);
  gst::ReceivePad::Handlers handlers;
  handlers.onBuffer = [onFrame = std::move(onFrame)](const gst::Ref<GstBuffer>& frame) {
    onFrame(frame, !GST_BUFFER_FLAG_IS_SET(frame.get(), GST_BUFFER_FLAG_DELTA_UNIT));
    return GST_FLOW_OK;
  };
  self->output_ = std::make_unique<gst::ReceivePad>("encoded", std::move(handlers));
  auto linked = gst::link(self->encoder_, *filter)
                    .and_then([&] { return self->output_->linkFrom(*filter); })
                    .and_then([&] { return self->input_->linkTo(self->encoder_); });
  if (!linked) return tl::unexpected(linked.error());
  if (gst_element_set_state(self->bin_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    return fail(ErrorCode::internal, "starting {}", gst::describe(self->encoder_));
  return self;
}

VideoEncoder::~VideoEncoder() {
  if (bin_) gst_element_set_state(bin_.get(), GST_STATE_NULL);
}

Status VideoEncoder::encode(const mix::FrameRef& frame, bool keyframe) {
  if (keyframe) {
    // Downstream and serialised: it hits exactly the next frame.
    input_->pushEvent(gst::Ref<GstEvent>::adopt(gst_video_event_new_downstream_force_key_unit(
        GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, TRUE, 0)));
  }
  const GstFlowReturn flow = input_->push(wrapFrame(frame, frameDuration_));
  if (flow == GST_FLOW_OK) return {};
  return fail(ErrorCode::mediaFailed, "encoding a frame with {}: {}", gst::describe(encoder_),
              gst_flow_get_name(flow));
}

}  // namespace tessera
