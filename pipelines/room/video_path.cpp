// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/video_path.h"

#include <algorithm>

#include "base/log.h"

namespace tessera {
namespace {

std::string nameOf(RungId id) {
  return fmt::format("{}/{}", id.codec == VideoCodec::vp8 ? "vp8" : "h264", id.level);
}

}  // namespace

VideoPath::VideoPath(const RoomSettings& settings, std::shared_ptr<Rungs> rungs,
                     std::shared_ptr<FanOut> fanOut, Reaper& reaper, FailureHandler onFailed)
    : specs_(settings.rungs),
      canvas_(settings.canvas),
      rungs_(std::move(rungs)),
      fanOut_(std::move(fanOut)),
      reaper_(reaper),
      onFailed_(std::move(onFailed)),
      mixer_(mix::VideoMixer::create(settings.canvas.width, settings.canvas.height)),
      phase_(std::make_shared<mix::TickPhase>(mix::Nanos(std::chrono::seconds(1)) / settings.canvas.fps)) {
  ticker_.emplace(
      "video-tick", mix::Nanos(std::chrono::seconds(1)) / settings.canvas.fps,
      [this](mix::Nanos now) { tick(now); }, phase_);
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

Status VideoPath::keepRungs(const std::vector<RungId>& needed, mix::Nanos now) {
  for (const RungId id : needed) {
    const auto kept = std::ranges::find(kept_, id, [](const auto& each) { return each.first; });
    if (kept != kept_.end()) {
      kept->second = now;
      continue;
    }
    if (auto started = startRung(id); !started) return started;
    kept_.emplace_back(id, now);
  }
  std::erase_if(kept_, [&](const auto& each) {
    const bool over = now - each.second >= kLinger;
    if (over) endRung(each.first);
    return over;
  });
  return {};
}

Status VideoPath::startRung(RungId id) {
  const RungSpec& spec = specs_.at(static_cast<std::size_t>(id.level));
  auto rung = VideoRung::create({id.codec, spec, canvas_},
                                {[fanOut = fanOut_, id](const gst::Ref<GstBuffer>& frame, bool keyframe) {
                                   fanOut->video(id, frame, keyframe);
                                 },
                                 onFailed_});
  if (!rung) return tl::unexpected(rung.error());
  rungs_->put(id, std::move(*rung));
  log::info("rung started", {{"rung", nameOf(id)}, {"height", spec.height}, {"fps", spec.fps}});
  return {};
}

// Its thread may be encoding; std::function wants something that can be copied.
void VideoPath::endRung(RungId id) {
  std::shared_ptr<VideoRung> rung = rungs_->take(id);
  reaper_.bury(fmt::format("{} rung", nameOf(id)), [rung]() mutable { rung.reset(); });
  log::info("rung ended", {{"rung", nameOf(id)}});
}

void VideoPath::tick(mix::Nanos now) {
  if (rungs_->count() == 0) {
    last_ = nullptr;
    return;
  }
  mix::FrameRef frame = mixer_->tick(now);
  if (!last_ || frame->y != last_->y) changedAt_ = now;
  last_ = frame;
  const bool still = now - changedAt_ >= kStillAfter;
  if (still && now - sentAt_ < mix::Nanos(std::chrono::seconds(1)) / kStillFps && !rungs_->keyframeDue(now))
    return;
  sentAt_ = now;
  rungs_->push(frame);
}

}  // namespace tessera
