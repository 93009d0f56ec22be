// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/rtmp_attempt.h"

#include <mutex>
#include <utility>

#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/probe.h"
#include "pipelines/live/rtmp_errors.h"
#include "pipelines/live/send_limit.h"

namespace tessera {
namespace {

using std::chrono::nanoseconds;

constexpr mix::Nanos kQueueLimit = std::chrono::seconds(1);
constexpr std::chrono::milliseconds kLookForConnection{50};
// RTMP's own is 128 bytes, a header for each: at 4096 that is 32 times fewer of them.
constexpr guint kChunkBytes = 4096;

// The sink's location as text would be told in its messages, and its query may have a "/", at which rtmp2sink
// would cut.
void setTarget(GstElement* sink, const RtmpTarget& target) {
  gst_util_set_object_arg(G_OBJECT(sink), "scheme", target.tls ? "rtmps" : "rtmp");
  g_object_set(sink, "host", target.host.c_str(), "port", target.port, "application",
               target.application.c_str(), "stream", target.stream.c_str(), nullptr);
  if (!target.user.empty())
    g_object_set(sink, "username", target.user.c_str(), "password", target.password.c_str(), nullptr);
}

// Its messages name the stream key, at any level.
void silenceRtmp() {
  static std::once_flag once;
  std::call_once(once, [] { gst_debug_set_threshold_for_name("rtmp*", GST_LEVEL_NONE); });
}

// rtmp2sink does not tell when it is connected: the connection's counters are only seen once the server has
// agreed to the stream, and until then all are 0.
bool isConnected(GstElement* sink) {
  GstStructure* stats = nullptr;
  g_object_get(sink, "stats", &stats, nullptr);
  guint64 bytes = 0;
  gst_structure_get_uint64(stats, "out-bytes-total", &bytes);
  gst_structure_free(stats);
  return bytes > 0;
}

}  // namespace

Result<std::unique_ptr<RtmpAttempt>> RtmpAttempt::start(const RtmpTarget& target,
                                                        const FedPipeline::Media& media, Handlers handlers) {
  silenceRtmp();
  limitUnsentBytes();
  std::unique_ptr<RtmpAttempt> self(new RtmpAttempt(media, std::move(handlers)));
  if (const auto built = self->build(target); !built) return tl::unexpected(built.error());
  return self;
}

RtmpAttempt::RtmpAttempt(const FedPipeline::Media& media, Handlers handlers)
    : startedAt_(gst::now()), handlers_(std::move(handlers)), pipeline_(media, kQueueLimit) {}

Status RtmpAttempt::build(const RtmpTarget& target) {
  const auto muxer = gst::addElement(pipeline_.bin(), "flvmux");
  if (!muxer) return tl::unexpected(muxer.error());
  g_object_set(*muxer, "streamable", TRUE, nullptr);
  const auto sink = gst::addElement(pipeline_.bin(), "rtmp2sink");
  if (!sink) return tl::unexpected(sink.error());
  sink_ = *sink;
  g_object_set(sink_, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, "chunk-size", kChunkBytes,
               nullptr);
  setTarget(sink_, target);
  const auto pad = gst::staticPad(sink_, "sink");
  if (!pad) return tl::unexpected(pad.error());
  watchSink(pad->get());
  FedPipeline::Handlers handlers;
  handlers.onError = [this](GstMessage* message) {
    const auto onEnded = handlers_.onEnded;  // it may close this
    onEnded(rtmpError(message));
  };
  handlers.ready = [sink = sink_, queue = queue(), weak = weak_.get()] {
    while (!isConnected(sink))
      if (queue->closedWithin(kLookForConnection)) return false;
    post([weak] {
      if (auto* self = weak.get()) self->onConnected();
    });
    return true;
  };
  handlers.beforePush = [meter = meter_](const LiveItem&) { meter->fedAt = gst::now().count(); };
  return gst::link(*muxer, sink_)
      .and_then([&] { return pipeline_.linkTo(*muxer, "video", "audio"); })
      .and_then([&] { return pipeline_.start(std::move(handlers)); });
}

void RtmpAttempt::watchSink(GstPad* pad) {
  gst::addLastingProbe(pad, GST_PAD_PROBE_TYPE_BUFFER,
                       [meter = meter_, pipeline = &pipeline_](GstPad*, GstPadProbeInfo* info) {
                         const GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
                         meter->bytes +=
                             static_cast<std::int64_t>(gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info)));
                         if (!GST_BUFFER_PTS_IS_VALID(buffer)) return GST_PAD_PROBE_OK;
                         const auto now = gst::now();
                         const auto pts = pipeline->hubTime(GST_BUFFER_PTS(buffer));
                         meter->lastPts = pts.count();
                         meter->takenAt = now.count();
                         const std::int64_t delay = (now - pts).count();
                         if (delay > meter->maxDelay) meter->maxDelay = delay;
                         return GST_PAD_PROBE_OK;
                       });
}

void RtmpAttempt::onConnected() {
  connectedAt_ = gst::now();
  meter_->takenAt = meter_->fedAt = connectedAt_->count();
  handlers_.onConnected();
}

nanoseconds RtmpAttempt::connectedFor() const {
  return connectedAt_ ? gst::now() - *connectedAt_ : nanoseconds(0);
}

std::optional<Error> RtmpAttempt::overdue() const {
  const nanoseconds now = gst::now();
  if (!connected() && now - startedAt_ > kConnectWithin)
    return Error{ErrorCode::timeout, fmt::format("no answer for {} s", kConnectWithin.count())};
  if (connected() && meter_->waits() && now - nanoseconds(meter_->takenAt) > kTakesNothingFor)
    return Error{ErrorCode::timeout,
                 fmt::format("the server took nothing for {} s", kTakesNothingFor.count())};
  return std::nullopt;
}

std::chrono::milliseconds RtmpAttempt::takeDelay() {
  if (const std::int64_t most = meter_->maxDelay.exchange(0); most > 0)
    delay_ = nanoseconds(most);
  else if (meter_->lastPts > 0 && meter_->waits())
    delay_ = gst::now() - nanoseconds(meter_->lastPts);
  return std::chrono::duration_cast<std::chrono::milliseconds>(delay_);
}

void RtmpAttempt::close() {
  weak_.invalidate();
  handlers_ = {};
  pipeline_.close();
}

}  // namespace tessera
