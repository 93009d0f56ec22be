// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/fed_pipeline.h"

#include <algorithm>
#include <string>
#include <utility>

#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"

namespace tessera {
namespace {

// So much older than the pipeline may its first frame be: a picture's time is that of its capture.
constexpr mix::Nanos kOldestFrame = std::chrono::seconds(2);
// How long the muxer waits for the one medium when it has the other; both being there, it never waits. More
// than sound and picture are ever apart by their delays.
constexpr mix::Nanos kMuxerPatience = std::chrono::milliseconds(500);

gst::Ref<GstElement> makePipeline(mix::Nanos epoch) {
  auto pipeline = gst::Ref<GstElement>::adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  gst::configureClock(GST_PIPELINE(pipeline.get()));
  gst_element_set_base_time(pipeline.get(), static_cast<GstClockTime>(epoch.count()));
  return pipeline;
}

gst::Ref<GstCaps> videoCaps(const ProgramSettings& program) {
  return gst::capsOf(
      fmt::format("video/x-h264,stream-format=byte-stream,alignment=au,width={},height={},framerate={}/1",
                  program.width, program.height, program.fps));
}

gst::Ref<GstCaps> audioCaps(const FedPipeline::Media& media) {
  std::string config;
  for (const std::uint8_t byte : media.aacConfig) config += fmt::format("{:02x}", byte);
  return gst::capsOf(
      fmt::format("audio/mpeg,mpegversion=4,stream-format=raw,framed=true,rate=48000,channels={},"
                  "codec_data=(buffer){}",
                  media.channels, config));
}

Result<gst::Ref<GstPad>> requestPad(GstElement* element, const char* name) {
  GstPad* pad = gst_element_request_pad_simple(element, name);
  if (!pad) return fail(ErrorCode::internal, "{} gives no pad {}", gst::describe(element), name);
  return gst::Ref<GstPad>::adopt(pad);
}

}  // namespace

FedPipeline::FedPipeline(const Media& media, mix::Nanos queueLimit)
    : media_(media),
      epoch_(gst::now() - kOldestFrame),
      queue_(std::make_shared<LiveQueue>(queueLimit)),
      pipeline_(makePipeline(epoch_)),
      video_("video", videoCaps(media.program), nullptr),
      audio_("audio", audioCaps(media), nullptr) {}

Status FedPipeline::linkTo(GstElement* muxer, const char* videoPad, const char* audioPad) {
  g_object_set(muxer, "latency", static_cast<guint64>(kMuxerPatience.count()), nullptr);
  // Its patience begins with the first buffer's time and not with 0.
  gst_util_set_object_arg(G_OBJECT(muxer), "start-time-selection", "first");
  const auto parser = gst::addElement(bin(), "h264parse");
  if (!parser) return tl::unexpected(parser.error());
  const auto parsed = gst::staticPad(*parser, "src");
  const auto video = requestPad(muxer, videoPad);
  const auto audio = requestPad(muxer, audioPad);
  for (const auto* pad : {&parsed, &video, &audio})
    if (!*pad) return tl::unexpected(pad->error());
  return video_.linkTo(*parser)
      .and_then([&] { return gst::link(parsed->get(), video->get()); })
      .and_then([&] { return audio_.linkTo(audio->get()); });
}

Status FedPipeline::start(Handlers handlers) {
  handlers_ = std::move(handlers);
  bus_ = std::make_unique<gst::BusWatch>(GST_PIPELINE(pipeline_.get()), GST_MESSAGE_ERROR,
                                         std::move(handlers_.onError));
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    return fail(ErrorCode::internal, "starting the pipeline of a live output");
  thread_ = std::thread([this] { run(); });
  return {};
}

void FedPipeline::run() {
  if (handlers_.ready && !handlers_.ready()) return;
  while (const auto item = queue_->pop()) {
    if (handlers_.beforePush) handlers_.beforePush(*item);
    if (push(*item) != GST_FLOW_OK) return;  // what it was has been said by an error message
  }
}

// The hub's buffer is others' as well: this is one of our own around the same memory.
GstFlowReturn FedPipeline::push(const LiveItem& item) {
  auto buffer = gst::Ref<GstBuffer>::adopt(gst_buffer_copy(item.buffer.get()));
  GST_BUFFER_PTS(buffer.get()) = GST_BUFFER_DTS(buffer.get()) = ownTime(item.pts);
  return (item.video ? video_ : audio_).push(std::move(buffer));
}

void FedPipeline::pushVideoEvent(gst::Ref<GstEvent> event) {
  video_.pushEvent(std::move(event));
}

mix::Nanos FedPipeline::hubTime(GstClockTime time) const {
  return mix::Nanos(static_cast<std::int64_t>(time)) + epoch_;
}

GstClockTime FedPipeline::ownTime(mix::Nanos hubTime) const {
  return static_cast<GstClockTime>(std::max(hubTime - epoch_, mix::Nanos{0}).count());
}

void FedPipeline::close() {
  queue_->close();
  bus_.reset();
}

void FedPipeline::stop() {
  close();
  video_.stop();
  audio_.stop();
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  if (thread_.joinable()) thread_.join();
}

}  // namespace tessera
