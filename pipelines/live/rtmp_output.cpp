// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/rtmp_output.h"

#include <glib.h>

#include <utility>

#include "base/log.h"
#include "pipelines/gst/clock.h"

namespace tessera {

RtmpOutput::RtmpOutput(const OutputId& id, RtmpTarget target, const FedPipeline::Media& media,
                       std::shared_ptr<ProgramHub> hub, Reaper& reaper, StatusHandler onStatus)
    : target_(std::move(target)),
      media_(media),
      hub_(std::move(hub)),
      reaper_(reaper),
      onStatus_(std::move(onStatus)) {
  status_.id = id;
  second_.every(std::chrono::seconds(1), [this] { look(); });
  again_.once(std::chrono::milliseconds(0), [this] { connect(); });  // not before start() has returned
}

void RtmpOutput::connect() {
  change(OutputPhase::connecting);
  RtmpAttempt::Handlers handlers;
  handlers.onConnected = [this] { onConnected(); };
  handlers.onEnded = [this](const Error& why) { retry(why); };
  auto attempt = RtmpAttempt::start(target_, media_, std::move(handlers));
  if (!attempt) return retry(attempt.error());
  attempt_ = *std::move(attempt);
}

void RtmpOutput::onConnected() {
  log::info("live output connected", {{"output", status_.id.value}});
  hub_->add(attempt_->queue(), {RungId{VideoCodec::h264, kProgramLevel}, false, false, true});
  rate_.reset();
  change(OutputPhase::live);
}

void RtmpOutput::retry(const Error& why) {
  if (attempt_ && attempt_->connectedFor() >= BackOff::kGoodAfter) backOff_.reset();
  letGo();
  const auto wait = backOff_.next(g_random_double());
  log::warn("live output ended",
            {{"output", status_.id.value}, {"why", why.text}, {"again_ms", wait.count()}});
  change(OutputPhase::waiting, why);
  again_.once(wait, [this] {
    ++status_.reconnects;
    connect();
  });
}

void RtmpOutput::letGo() {
  if (!attempt_) return;
  hub_->remove(attempt_->queue().get());
  droppedBefore_ += attempt_->queue()->framesDropped();
  attempt_->close();
  // What std::function holds must be copyable.
  reaper_.bury("live output",
               [attempt = std::shared_ptr<RtmpAttempt>(std::move(attempt_))]() mutable { attempt.reset(); });
}

void RtmpOutput::look() {
  if (attempt_)
    if (const auto why = attempt_->overdue()) return retry(*why);
  report();
}

void RtmpOutput::change(OutputPhase phase, const Error& why) {
  status_.phase = phase;
  status_.why = why;
  report();
}

void RtmpOutput::report() {
  status_.framesDropped = droppedBefore_ + (attempt_ ? attempt_->queue()->framesDropped() : 0);
  const bool live = attempt_ && attempt_->connected();
  status_.kbps = live ? rate_.kbps(attempt_->bytes(), gst::now()) : 0;
  status_.delayMs = live ? static_cast<int>(attempt_->takeDelay().count()) : 0;
  onStatus_(status_);
}

}  // namespace tessera
