// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>

#include "pipelines/fanout/fan_out.h"
#include "pipelines/legs/reaper.h"
#include "pipelines/mix/ticker.h"
#include "pipelines/mix/video_mixer.h"
#include "pipelines/room/rungs.h"

namespace tessera {

// The picture from the slots to the fan-out: a tick thread that runs the mixer, and the rungs it feeds. They
// follow the canvas' size, which comes with each plan, by themselves. Main thread; the tick thread is its
// own.
class VideoPath {
 public:
  // A picture in which nothing has changed for kStillAfter is sent at kStillFps: the encoder has long made
  // it as good as it gets.
  static constexpr mix::Nanos kStillAfter = std::chrono::seconds(1);
  static constexpr int kStillFps = 5;

  using FailureHandler = std::function<void(const Error&)>;  // on a rung's thread; the room cannot go on

  VideoPath(const RoomSettings& settings, std::shared_ptr<Rungs> rungs, std::shared_ptr<FanOut> fanOut,
            Reaper& reaper, FailureHandler onFailed);

  std::shared_ptr<mix::VideoSlot> addSlot(std::shared_ptr<mix::PlayoutDelay> delay);
  void setPlan(mix::VideoPlan plan) { mixer_->setPlan(std::move(plan)); }
  const std::shared_ptr<mix::TickPhase>& phase() const { return phase_; }
  void setFps(int fps);

  [[nodiscard]] Status setRungNeeded(VideoCodec codec, bool needed);

  std::uint64_t ticks() const { return ticker_->ticks(); }
  std::uint64_t missed() const { return ticker_->missed(); }
  std::uint64_t framesDropped() const { return rungs_->dropped(); }  // that came too fast for an encoder
  int encoders() const { return rungs_->count(); }

 private:
  void tick(mix::Nanos now);

  RungSettings rungSettings_;
  const std::shared_ptr<Rungs> rungs_;
  const std::shared_ptr<FanOut> fanOut_;
  Reaper& reaper_;
  const FailureHandler onFailed_;
  const std::unique_ptr<mix::VideoMixer> mixer_;
  const std::shared_ptr<mix::TickPhase> phase_;

  // Tick thread. `last_` also keeps its canvas from being drawn on, so that an unchanged one comes again.
  mix::FrameRef last_;
  mix::Nanos changedAt_{0};
  mix::Nanos sentAt_{0};

  std::optional<mix::Ticker> ticker_;  // last: it stops first
};

}  // namespace tessera
