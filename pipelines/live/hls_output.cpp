// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/hls_output.h"

#include <gst/video/video.h>

#include <utility>

#include "base/log.h"
#include "pipelines/gst/clock.h"
#include "pipelines/gst/element.h"
#include "pipelines/gst/receive_pad.h"

namespace tessera {
namespace {

constexpr std::chrono::seconds kTryAgain{2};
// What a slow disk may fall behind; its segments are 2 s.
constexpr mix::Nanos kQueueLimit = std::chrono::seconds(4);
constexpr guint kNever = G_MAXUINT / 2;  // 90 kHz

// Exactly at this picture the muxer repeats its tables.
gst::Ref<GstEvent> beginSegment(GstClockTime time) {
  return gst::Ref<GstEvent>::adopt(gst_video_event_new_downstream_force_key_unit(time, time, time, TRUE, 0));
}

}  // namespace

// One muxer, from the directory's lock to the end of the playlist. Its end may take as long as the disk does:
// it is destroyed by the reaper.
class HlsOutput::Run {
 public:
  struct Handlers {  // on the main thread, not after close()
    std::function<void()> onOpened;
    std::function<void(const HlsSegmenter::Done&)> onSegment;
    std::function<void(const Error&)> onFailed;
  };

  Run(const std::string& directory, const FedPipeline::Media& media, Handlers handlers)
      : handlers_(std::move(handlers)),
        segmenter_(directory,
                   [weak = self_](const HlsSegmenter::Done& done) {
                     post([weak, done] {
                       if (auto* self = weak.get()) self->handlers_.onSegment(done);
                     });
                   }),
        pipeline_(media, kQueueLimit) {}
  ~Run() {
    pipeline_.stop();
    output_.reset();
    segmenter_.finish();
  }

  [[nodiscard]] Status start() {
    const auto muxer = gst::addElement(pipeline_.bin(), "mpegtsmux");
    if (!muxer) return tl::unexpected(muxer.error());
    g_object_set(*muxer, "pat-interval", kNever, "pmt-interval", kNever, "si-interval", kNever, nullptr);
    gst::ReceivePad::Handlers out;
    out.onBuffer = [this](const gst::Ref<GstBuffer>& packet) {
      segmenter_.onPacket(packet);
      return GST_FLOW_OK;
    };
    output_ = std::make_unique<gst::ReceivePad>("segments", std::move(out));
    return output_->linkFrom(*muxer)
        .and_then([&] { return pipeline_.linkTo(*muxer, "sink_%d", "sink_%d"); })
        .and_then([&] { return pipeline_.start(handlersOfPipeline()); });
  }
  void close() {
    weak_.invalidate();
    pipeline_.close();
  }
  const std::shared_ptr<LiveQueue>& queue() const { return pipeline_.queue(); }

 private:
  FedPipeline::Handlers handlersOfPipeline() {
    FedPipeline::Handlers handlers;
    handlers.onError = [this](GstMessage*) {
      const auto onFailed = handlers_.onFailed;
      onFailed({ErrorCode::internal, "the stream could not be put together"});
    };
    handlers.ready = [this] { return openDirectory(); };
    handlers.beforePush = [this](const LiveItem& item) {
      if (item.video && segmenter_.onPicture(item.pts, item.keyframe, item.afterGap))
        pipeline_.pushVideoEvent(beginSegment(pipeline_.ownTime(item.pts)));
    };
    return handlers;
  }
  // On the feeding thread.
  bool openDirectory() {
    Status opened = segmenter_.open();
    for (; !opened; opened = segmenter_.open()) {
      post([weak = self_, opened] {
        if (auto* self = weak.get()) self->handlers_.onSegment({opened, 0, mix::Nanos{0}});
      });
      if (queue()->closedWithin(kTryAgain)) return false;
    }
    post([weak = self_] {
      if (auto* self = weak.get()) self->handlers_.onOpened();
    });
    return true;
  }

  WeakOwner<Run> weak_{this};
  const Weak<Run> self_ = weak_.get();  // for the other threads
  const Handlers handlers_;
  HlsSegmenter segmenter_;
  std::unique_ptr<gst::ReceivePad> output_;
  FedPipeline pipeline_;
};

HlsOutput::HlsOutput(const OutputSettings& settings, const FedPipeline::Media& media,
                     std::shared_ptr<ProgramHub> hub, Reaper& reaper, StatusHandler onStatus)
    : settings_(settings),
      media_(media),
      hub_(std::move(hub)),
      reaper_(reaper),
      onStatus_(std::move(onStatus)) {
  status_.id = settings.id;
  second_.every(std::chrono::seconds(1), [this] { report(); });
  again_.once(std::chrono::milliseconds(0), [this] { begin(); });  // not before start() has returned
}

HlsOutput::~HlsOutput() {
  letGo({});
}

void HlsOutput::begin() {
  change(OutputPhase::connecting);
  Run::Handlers handlers;
  handlers.onOpened = [this] { onOpened(); };
  handlers.onSegment = [this](const HlsSegmenter::Done& done) { onSegment(done); };
  handlers.onFailed = [this](const Error& why) { retry(why); };
  run_ = std::make_unique<Run>(settings_.target, media_, std::move(handlers));
  if (const auto started = run_->start(); !started) retry(started.error());
}

void HlsOutput::onOpened() {
  hub_->add(run_->queue(), {RungId{VideoCodec::h264, kProgramLevel}, false, false, true});
}

void HlsOutput::onSegment(const HlsSegmenter::Done& done) {
  if (!done.status) {
    if (status_.phase != OutputPhase::waiting || status_.why.text != done.status.error().text)
      log::warn("HLS is not written", {{"output", settings_.id.value}, {"why", done.status.error().text}});
    return change(OutputPhase::waiting, done.status.error());
  }
  bytes_ += static_cast<std::int64_t>(done.bytes);
  status_.kbps = rate_.kbps(bytes_, gst::now());
  status_.delayMs = static_cast<int>(
      std::chrono::duration_cast<std::chrono::milliseconds>(gst::now() - done.until).count());
  if (status_.phase != OutputPhase::live) change(OutputPhase::live);
}

// The next run is not to touch the directory before this one has let go of it.
void HlsOutput::retry(const Error& why) {
  log::warn("HLS ended", {{"output", settings_.id.value}, {"why", why.text}});
  letGo([weak = weak_.get()] {
    post([weak] {
      auto* self = weak.get();
      if (!self) return;
      self->again_.once(kTryAgain, [self] {
        ++self->status_.reconnects;
        self->begin();
      });
    });
  });
  change(OutputPhase::waiting, why);
}

void HlsOutput::letGo(std::function<void()> afterwards) {
  if (!run_) return;
  hub_->remove(run_->queue().get());
  droppedBefore_ += run_->queue()->framesDropped();
  run_->close();
  // What std::function holds must be copyable.
  reaper_.bury("HLS",
               [run = std::shared_ptr<Run>(std::move(run_)), afterwards = std::move(afterwards)]() mutable {
                 run.reset();
                 if (afterwards) afterwards();
               });
}

void HlsOutput::change(OutputPhase phase, const Error& why) {
  status_.phase = phase;
  status_.why = why;
  report();
}

void HlsOutput::report() {
  status_.framesDropped = droppedBefore_ + (run_ ? run_->queue()->framesDropped() : 0);
  onStatus_(status_);
}

}  // namespace tessera
