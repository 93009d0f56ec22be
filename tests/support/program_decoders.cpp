// SPDX-License-Identifier: Apache-2.0
#include "support/program_decoders.h"

#include <gst/video/video.h>
#include <gtest/gtest.h>

#include "pipelines/encode/aac_encoder.h"
#include "pipelines/gst/element.h"

namespace tessera::test {
namespace {

gst::Ref<GstElement> makeBin() {
  return gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_bin_new(nullptr))));
}

// decoder ! converter ! caps, between the two pads.
void build(const gst::Ref<GstElement>& bin, const char* decoder, const char* converter, const char* caps,
           gst::PushPad& input, gst::ReceivePad& output) {
  auto* decode = gst::addElement(GST_BIN(bin.get()), decoder).value();
  auto* convert = gst::addElement(GST_BIN(bin.get()), converter).value();
  auto* filter = gst::addElement(GST_BIN(bin.get()), "capsfilter").value();
  g_object_set(filter, "caps", gst::capsOf(caps).get(), nullptr);
  EXPECT_TRUE(gst::link(decode, convert) && gst::link(convert, filter) && output.linkFrom(filter) &&
              input.linkTo(decode));
  gst_element_set_state(bin.get(), GST_STATE_PLAYING);
}

gst::Ref<GstCaps> aacCaps(int channels) {
  const auto config = AacEncoder::config(channels);
  auto caps =
      gst::capsOf(fmt::format("audio/mpeg,mpegversion=4,stream-format=raw,framed=true,rate={},channels={}",
                              mix::kSampleRate, channels));
  const auto data =
      gst::Ref<GstBuffer>::adopt(gst_buffer_new_memdup(config.data(), static_cast<gsize>(config.size())));
  gst_caps_set_simple(caps.get(), "codec_data", GST_TYPE_BUFFER, data.get(), nullptr);
  return caps;
}

}  // namespace

PictureDecoder::PictureDecoder(VideoCodec codec) : bin_(makeBin()) {
  const bool vp8 = codec == VideoCodec::vp8;
  input_ = std::make_unique<gst::PushPad>(
      "in", gst::capsOf(vp8 ? "video/x-vp8" : "video/x-h264,stream-format=byte-stream,alignment=au"),
      nullptr);
  gst::ReceivePad::Handlers handlers;
  handlers.onCaps = [this](GstCaps* caps) {
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width_);
    gst_structure_get_int(gst_caps_get_structure(caps, 0), "height", &height_);
    return true;
  };
  handlers.onBuffer = [this](const gst::Ref<GstBuffer>& buffer) {
    GstVideoInfo info;
    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, static_cast<guint>(width_),
                              static_cast<guint>(height_));
    const auto at = [&](guint plane, int x, int y) {
      guint8 value = 0;
      gst_buffer_extract(buffer.get(),
                         GST_VIDEO_INFO_PLANE_OFFSET(&info, plane) +
                             static_cast<gsize>(y * GST_VIDEO_INFO_PLANE_STRIDE(&info, plane) + x),
                         &value, 1);
      return static_cast<int>(value);
    };
    pictures.push_back(
        {mix::Nanos(GST_BUFFER_PTS(buffer.get())),
         width_,
         height_,
         {at(0, width_ / 2, height_ / 2), at(1, width_ / 4, height_ / 4), at(2, width_ / 4, height_ / 4)}});
    return GST_FLOW_OK;
  };
  output_ = std::make_unique<gst::ReceivePad>("out", std::move(handlers));
  build(bin_, vp8 ? "vp8dec" : "avdec_h264", "videoconvert", "video/x-raw,format=I420", *input_, *output_);
}

PictureDecoder::~PictureDecoder() {
  gst_element_set_state(bin_.get(), GST_STATE_NULL);
}

void PictureDecoder::push(const gst::Ref<GstBuffer>& frame) {
  EXPECT_EQ(input_->push(frame), GST_FLOW_OK);
}

void PictureDecoder::drain() {
  input_->pushEvent(gst::Ref<GstEvent>::adopt(gst_event_new_eos()));
}

AacDecoder::AacDecoder(int channels) : bin_(makeBin()) {
  input_ = std::make_unique<gst::PushPad>("in", aacCaps(channels), nullptr);
  gst::ReceivePad::Handlers handlers;
  handlers.onBuffer = [this](const gst::Ref<GstBuffer>& buffer) {
    GstMapInfo map;
    gst_buffer_map(buffer.get(), &map, GST_MAP_READ);
    const auto* values = reinterpret_cast<const std::int16_t*>(map.data);
    samples.insert(samples.end(), values, values + map.size / sizeof(std::int16_t));
    gst_buffer_unmap(buffer.get(), &map);
    return GST_FLOW_OK;
  };
  output_ = std::make_unique<gst::ReceivePad>("out", std::move(handlers));
  build(bin_, "avdec_aac", "audioconvert", "audio/x-raw,format=S16LE,layout=interleaved", *input_, *output_);
}

AacDecoder::~AacDecoder() {
  gst_element_set_state(bin_.get(), GST_STATE_NULL);
}

void AacDecoder::push(const gst::Ref<GstBuffer>& packet) {
  const mix::Nanos time(GST_BUFFER_PTS(packet.get()));
  if (next_ == mix::Nanos{0}) begin_ = next_ = time;
  EXPECT_NEAR(static_cast<double>((time - next_).count()), 0, 2) << "a hole between packets, or none (ns)";
  next_ = time + mix::Nanos(GST_BUFFER_DURATION(packet.get()));
  EXPECT_EQ(input_->push(packet), GST_FLOW_OK);
}

void AacDecoder::drain() {
  input_->pushEvent(gst::Ref<GstEvent>::adopt(gst_event_new_eos()));
}

}  // namespace tessera::test
