// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/video_path.h"

#include <algorithm>

#include "base/log.h"

namespace tessera {
namespace {

std::string nameOf(RungId id) {
  const char* codec = id.codec == VideoCodec::vp8 ? "vp8" : "h264";
  return id.level == kProgramLevel ? fmt::format("{}/program", codec) : fmt::format("{}/{}", codec, id.level);
}

bool contains(const std::vector<RungId>& rungs, RungId id) {
  return std::ranges::find(rungs, id) != rungs.end();
}

}  // namespace

VideoPath::VideoPath(const RoomSettings& settings, std::shared_ptr<Rungs> rungs, Receivers receivers,
                     Reaper& reaper, FailureHandler onFailed)
    : specs_(settings.rungs),
      program_(settings.program),
      canvas_(settings.canvas),
      rungs_(std::move(rungs)),
      receivers_(std::move(receivers)),
      reaper_(reaper),
      onFailed_(std::move(onFailed)),
      mixer_(mix::VideoMixer::create(settings.canvas.width, settings.canvas.height)),
      phase_(std::make_shared<mix::TickPhase>(frameInterval(settings.canvas.fps))) {
  ticker_.emplace(
      "video-tick", frameInterval(settings.canvas.fps), [this](mix::Nanos now) { tick(now); }, phase_);
}

std::shared_ptr<mix::VideoSlot> VideoPath::addSlot(std::shared_ptr<mix::PlayoutDelay> delay) {
  return mixer_->addSlot(std::move(delay));
}

void VideoPath::setCanvas(const CanvasSettings& canvas) {
  const bool otherRate = canvas.fps != canvas_.fps;
  canvas_ = canvas;
  if (!otherRate) return;
  const mix::Nanos interval = frameInterval(canvas.fps);
  phase_->setInterval(interval);
  ticker_->setInterval(interval);
  rungs_->setCanvasFps(canvas.fps);
}

void VideoPath::keepRungs(const std::vector<RungId>& needed, mix::Nanos now) {
  const std::vector<RungId> program = receivers_.program->neededRungs();
  for (const RungId id : needed) keepRung(id, now);
  for (const RungId id : program)
    if (!refusedLately(id, now)) keepRung(id, now);
  std::erase_if(kept_, [&](const auto& each) {
    const bool over = now - each.second >= kLinger;
    if (over) endRung(each.first);
    return over;
  });
  for (const auto& [id, last] : kept_) {
    const bool taken = contains(program, id), copied = taken && id.level != kProgramLevel;
    rungs_->setKeyframeEvery(id, copied  ? ProgramHub::kCopyKeyframeEvery
                                 : taken ? ProgramHub::kKeyframeEvery
                                         : mix::Nanos{0});
    if (copied && !contains(needed, id)) rungs_->setKbps(id, specs_.front().kbps);
  }
}

void VideoPath::keepRung(RungId id, mix::Nanos now) {
  const auto kept = std::ranges::find(kept_, id, [](const auto& each) { return each.first; });
  if (kept != kept_.end()) {
    kept->second = now;
  } else if (auto started = startRung(id); started) {
    kept_.emplace_back(id, now);
  } else {
    std::erase_if(refused_, [id](const auto& each) { return each.first == id; });
    refused_.emplace_back(id, now);
    onRungFailed(id, started.error());
  }
}

bool VideoPath::refusedLately(RungId id, mix::Nanos now) const {
  return std::ranges::any_of(
      refused_, [&](const auto& each) { return each.first == id && now - each.second < kTryAgain; });
}

RungSettings VideoPath::rungSettings(RungId id) const {
  if (id.level != kProgramLevel) return {id.codec, specs_.at(static_cast<std::size_t>(id.level)), canvas_};
  const ProgramSettings& program = program_;
  const RungSpec spec{program.height, program.fps, program.videoKbps, program.videoKbps};
  return {id.codec, spec, canvas_, CanvasSettings{program.width, program.height, program.fps}};
}

VideoRung::Handlers VideoPath::rungHandlers(RungId id) {
  VideoRung::Handlers handlers;
  handlers.onFrame = [to = receivers_, id](const gst::Ref<GstBuffer>& frame, bool keyframe) {
    if (id.level != kProgramLevel) to.fanOut->video(id, frame, keyframe);
    if (id.level <= 0) to.program->onFrame(id, frame, keyframe);
  };
  handlers.onFailed = [weak = weak_.get(), id](const Error& why) {
    post([weak, id, why] {
      if (auto* self = weak.get()) self->onRungFailed(id, why);
    });
  };
  return handlers;
}

Status VideoPath::startRung(RungId id) {
  const RungSettings settings = rungSettings(id);
  auto rung = VideoRung::create(settings, rungHandlers(id));
  if (!rung) return tl::unexpected(rung.error());
  rungs_->put(id, std::move(*rung));
  log::info("rung started",
            {{"rung", nameOf(id)}, {"height", settings.spec.height}, {"fps", settings.spec.fps}});
  return {};
}

// Its thread may be encoding; std::function wants something that can be copied.
void VideoPath::endRung(RungId id) {
  std::shared_ptr<VideoRung> rung = rungs_->take(id);
  reaper_.bury(fmt::format("{} rung", nameOf(id)), [rung]() mutable { rung.reset(); });
  log::info("rung ended", {{"rung", nameOf(id)}});
}

// Whoever needs it may need it again, and gets another.
void VideoPath::onRungFailed(RungId id, const Error& why) {
  if (std::erase_if(kept_, [&](const auto& each) { return each.first == id; }) > 0) endRung(id);
  onFailed_(id, why);
}

void VideoPath::tick(mix::Nanos now) {
  if (rungs_->count() == 0) {
    last_ = nullptr;
    return;
  }
  mix::FrameRef frame = mixer_->tick(now);
  if (!last_ || frame->y != last_->y) changedAt_ = now;
  last_ = frame;
  const bool still = now - changedAt_ >= kStillAfter && now - sentAt_ < frameInterval(kStillFps) &&
                     !rungs_->keyframeDue(now);
  if (!still) sentAt_ = now;
  rungs_->push(frame, still);
}

}  // namespace tessera
