// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/video_encoder.h"

#include <gst/video/video.h>

#include <algorithm>

#include "pipelines/encode/frame_buffer.h"
#include "pipelines/encode/rung_picture.h"
#include "pipelines/gst/element.h"

namespace tessera {
namespace {

constexpr int kEndlessGop = 1 << 20;  // frames; keyframes are made on request

// Up to which taking more trouble costs next to nothing.
bool small(const CanvasSettings& picture) {
  return picture.width * picture.height <= 640 * 360;
}

// Of the program, whose receivers have a second or two: a keyframe may be as large as it has to be to look as
// good as the frames around it. See docs/adr/0010.
constexpr int kProgramBufferMs = 1000;
constexpr int kProgramKeyframe = 800;  // percent of an average frame

// What may be sent ahead of the rate: small, since for its receiver it is delay; but never less than what
// makes sense of single frames. See docs/adr/0003.
int rateBufferMs(const EncoderSettings& settings) {
  if (settings.program) return kProgramBufferMs;
  const auto frame =
      std::chrono::duration_cast<std::chrono::milliseconds>(frameInterval(settings.picture.fps));
  return std::max(150, static_cast<int>(frame.count()) * 3 / 2);
}

// A positive cpu-used is a part of the frame's time to use up, which leaves small pictures with more trouble
// than is seen; a negative one is fixed.
// One thread: a 720p rung takes a third of a core, and a second thread costs more in switches than it wins.
void configureVp8(GstElement* encoder, const EncoderSettings& settings) {
  const int bufferMs = rateBufferMs(settings);
  gst_util_set_object_arg(G_OBJECT(encoder), "end-usage", "cbr");
  if (!settings.program) gst_util_set_object_arg(G_OBJECT(encoder), "error-resilient", "default");
  g_object_set(encoder, "deadline", G_GINT64_CONSTANT(1), "cpu-used",
               settings.program || small(settings.picture) ? -8 : 12, "threads", 1, "keyframe-max-dist",
               kEndlessGop, "lag-in-frames", 0, "min-quantizer", 4, "max-quantizer", 56,
               "buffer-initial-size", bufferMs * 2 / 3, "buffer-optimal-size", bufferMs * 4 / 5,
               "buffer-size", bufferMs, "max-intra-bitrate",
               settings.program           ? kProgramKeyframe
               : settings.picture.fps > 0 ? 250
                                          : 100,
               "undershoot", 100, "overshoot", 15, "static-threshold", 100, nullptr);
}

void configureX264(GstElement* encoder, const EncoderSettings& settings) {
  gst_util_set_object_arg(G_OBJECT(encoder), "tune", "zerolatency");
  gst_util_set_object_arg(G_OBJECT(encoder), "speed-preset",
                          settings.program || small(settings.picture) ? "superfast" : "ultrafast");
  g_object_set(encoder, "key-int-max", kEndlessGop, "threads", 1, "b-adapt", FALSE, "bframes", 0,
               "vbv-buf-capacity", rateBufferMs(settings), "byte-stream", TRUE, "aud", FALSE, "option-string",
               "scenecut=0", nullptr);
}

void configureOpenH264(GstElement* encoder) {
  gst_util_set_object_arg(G_OBJECT(encoder), "usage-type", "camera");
  gst_util_set_object_arg(G_OBJECT(encoder), "complexity", "low");
  gst_util_set_object_arg(G_OBJECT(encoder), "rate-control", "bitrate");
  g_object_set(encoder, "gop-size", kEndlessGop, "background-detection", FALSE, "scene-change-detection",
               FALSE, "multi-thread", 1, nullptr);
}

// vp8enc and openh264enc count bits a second, x264enc thousands of them. All take it live.
void setBitrate(GstElement* encoder, int kbps) {
  auto* properties = G_OBJECT_GET_CLASS(encoder);
  const bool vp8 = g_object_class_find_property(properties, "target-bitrate") != nullptr;
  const bool x264 = g_object_class_find_property(properties, "vbv-buf-capacity") != nullptr;
  g_object_set(encoder, vp8 ? "target-bitrate" : "bitrate", x264 ? kbps : kbps * 1000, nullptr);
}

Result<gst::Ref<GstElement>> makeConfigured(const EncoderSettings& settings) {
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
  if (encoder) configureOpenH264(encoder->get());
  return encoder;
}

gst::Ref<GstCaps> rawCaps(const CanvasSettings& picture) {
  const bool still = picture.fps == 0;
  return gst::capsOf(
      fmt::format("video/x-raw,format=I420,width={},height={},framerate={}/{},colorimetry=bt601,"
                  "interlace-mode=progressive,pixel-aspect-ratio=1/1",
                  picture.width, picture.height, still ? 1 : picture.fps, still ? kStillEvery.count() : 1));
}

gst::Ref<GstCaps> encodedCaps(const EncoderSettings& settings) {
  if (settings.codec == VideoCodec::vp8) return gst::capsOf("video/x-vp8");
  return gst::capsOf(
      fmt::format("video/x-h264,profile={},stream-format=byte-stream,alignment=au",
                  settings.program ? "{high,main,constrained-baseline}" : "constrained-baseline"));
}

}  // namespace

Result<std::unique_ptr<VideoEncoder>> VideoEncoder::create(const EncoderSettings& settings,
                                                           FrameHandler onFrame) {
  auto encoder = makeConfigured(settings);
  if (!encoder) return tl::unexpected(encoder.error());
  std::unique_ptr<VideoEncoder> self(new VideoEncoder(settings, encoder->get()));
  // Pins profile and stream format, which the encoder asks of what comes after it.
  auto filter = gst::addElement(GST_BIN(self->bin_.get()), "capsfilter");
  if (!filter) return tl::unexpected(filter.error());
  g_object_set(*filter, "caps", encodedCaps(settings).get(), nullptr);

  self->input_ = std::make_unique<gst::PushPad>("raw", rawCaps(settings.picture), nullptr);
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

VideoEncoder::VideoEncoder(const EncoderSettings& settings, GstElement* encoder)
    : bin_(gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new(nullptr))))),
      encoder_(encoder),
      frameDuration_(frameInterval(settings.picture.fps)) {
  gst_bin_add(GST_BIN(bin_.get()), encoder_);
  setKbps(settings.kbps);
}

void VideoEncoder::setKbps(int kbps) {
  setBitrate(encoder_, kbps);
}

VideoEncoder::~VideoEncoder() {
  gst_element_set_state(bin_.get(), GST_STATE_NULL);
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
