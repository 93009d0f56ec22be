// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/video_path.h"

#include "base/log.h"

namespace tessera {
namespace {

const char* nameOf(VideoCodec codec) {
  return codec == VideoCodec::vp8 ? "vp8" : "h264";
}

}  // namespace

VideoPath::VideoPath(const RoomSettings& settings, std::shared_ptr<Rungs> rungs,
                     std::shared_ptr<FanOut> fanOut, Reaper& reaper, FailureHandler onFailed)
    : rungSettings_{VideoCodec::vp8, settings.canvas, settings.rungs.front().kbps},
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

void VideoPath::setFps(int fps) {
  if (fps == rungSettings_.canvas.fps) return;
  rungSettings_.canvas.fps = fps;
  const mix::Nanos interval = mix::Nanos(std::chrono::seconds(1)) / fps;
  phase_->setInterval(interval);
  ticker_->setInterval(interval);
  rungs_->setFps(fps);
}

Status VideoPath::setRungNeeded(VideoCodec codec, bool needed) {
  if (needed == rungs_->has(codec)) return {};
  if (!needed) {
    // Its thread may be encoding; std::function wants something that can be copied.
    std::shared_ptr<VideoRung> rung = rungs_->take(codec);
    reaper_.bury(fmt::format("{} rung", nameOf(codec)), [rung]() mutable { rung.reset(); });
    log::info("rung ended", {{"codec", nameOf(codec)}});
    return {};
  }
  RungSettings settings = rungSettings_;
  settings.codec = codec;
  auto rung = VideoRung::create(settings,
                                {[fanOut = fanOut_, codec](const gst::Ref<GstBuffer>& frame, bool keyframe) {
                                   fanOut->video({codec, 0}, frame, keyframe);
                                 },
                                 onFailed_});
  if (!rung) return tl::unexpected(rung.error());
  rungs_->put(codec, std::move(*rung));
  log::info("rung started", {{"codec", nameOf(codec)}, {"kbps", settings.kbps}});
  return {};
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
