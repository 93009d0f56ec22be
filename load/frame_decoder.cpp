// SPDX-License-Identifier: Apache-2.0
#include "load/frame_decoder.h"

#include <gst/video/video.h>

#include "load/clip.h"
#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"

namespace tessera::load {
namespace {

struct Elements {
  const char* depayloader;
  const char* decoder;
  const char* threads;  // the decoder's property
};

Elements elementsOf(VideoCodec codec) {
  if (codec == VideoCodec::vp8) return {"rtpvp8depay", "vp8dec", "threads"};
  return {"rtph264depay", "avdec_h264", "max-threads"};
}

gst::ReceivePad::Handlers frameHandlers(FrameDecoder::OnFrame onFrame) {
  const auto info = std::make_shared<GstVideoInfo>();
  gst_video_info_init(info.get());
  gst::ReceivePad::Handlers handlers;
  handlers.onCaps = [info](GstCaps* caps) { return gst_video_info_from_caps(info.get(), caps) != FALSE; };
  handlers.onBuffer = [info, onFrame = std::move(onFrame)](const gst::Ref<GstBuffer>& buffer) {
    GstVideoFrame frame;
    if (!gst_video_frame_map(&frame, info.get(), buffer.get(), GST_MAP_READ)) return GST_FLOW_OK;
    const int stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0);
    const int height = GST_VIDEO_FRAME_HEIGHT(&frame), width = GST_VIDEO_FRAME_WIDTH(&frame);
    const auto* luma = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0));
    onFrame({{luma, static_cast<std::size_t>(stride) * (height - 1) + width}, width, height, stride});
    gst_video_frame_unmap(&frame);
    return GST_FLOW_OK;
  };
  handlers.wantsVideoMeta = true;
  return handlers;
}

}  // namespace

Result<std::unique_ptr<FrameDecoder>> FrameDecoder::create(VideoCodec codec, int payload, OnFrame onFrame,
                                                           OnKeyframeNeeded onKeyframeNeeded) {
  std::unique_ptr<FrameDecoder> decoder(new FrameDecoder);
  if (auto ok = decoder->build(codec, payload, std::move(onFrame), std::move(onKeyframeNeeded)); !ok)
    return tl::unexpected(ok.error());
  return decoder;
}

Status FrameDecoder::build(VideoCodec codec, int payload, OnFrame onFrame,
                           OnKeyframeNeeded onKeyframeNeeded) {
  pipeline_ = gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new("decoder"))));
  gst::configureClock(GST_PIPELINE(pipeline_.get()));
  const auto bus = gst::Ref<GstBus>::adopt(gst_element_get_bus(pipeline_.get()));
  gst_bus_set_flushing(bus.get(), TRUE);  // nobody reads it
  const Elements names = elementsOf(codec);
  auto depayloader = gst::addElement(GST_BIN(pipeline_.get()), names.depayloader);
  if (!depayloader) return tl::unexpected(depayloader.error());
  auto decoder = gst::addElement(GST_BIN(pipeline_.get()), names.decoder);
  if (!decoder) return tl::unexpected(decoder.error());
  g_object_set(*depayloader, "wait-for-keyframe", TRUE, "request-keyframe", TRUE, nullptr);
  g_object_set(*decoder, names.threads, 1, nullptr);
  in_ = std::make_unique<gst::PushPad>(
      "decoder-in",
      gst::capsOf(fmt::format("application/x-rtp,media=video,clock-rate=90000,encoding-name={},payload={}",
                              codecName(codec), payload)),
      [onKeyframeNeeded = std::move(onKeyframeNeeded)](GstEvent* event) {
        if (!gst_video_event_is_force_key_unit(event)) return false;
        onKeyframeNeeded();
        return true;
      });
  out_ = std::make_unique<gst::ReceivePad>("decoder-out", frameHandlers(std::move(onFrame)));
  if (auto ok = in_->linkTo(*depayloader); !ok) return ok;
  if (auto ok = gst::link(*depayloader, *decoder); !ok) return ok;
  if (auto ok = out_->linkFrom(*decoder); !ok) return ok;
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    return fail(ErrorCode::mediaFailed, "starting the {} decoder", codecName(codec));
  return {};
}

FrameDecoder::~FrameDecoder() {
  if (in_) in_->stop();
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

void FrameDecoder::push(const gst::Ref<GstBuffer>& packet) {
  in_->push(packet);
}

}  // namespace tessera::load
