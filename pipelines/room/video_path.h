// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/main_loop.h"
#include "pipelines/fanout/fan_out.h"
#include "pipelines/legs/reaper.h"
#include "pipelines/mix/ticker.h"
#include "pipelines/mix/video_mixer.h"
#include "pipelines/program/program_feed.h"
#include "pipelines/room/rungs.h"

namespace tessera {

// The picture from the slots to the fan-out and the program: a tick thread that runs the mixer, and the rungs
// it feeds. They follow the canvas' size, which comes with each plan, by themselves. Main thread; the tick
// thread is its own.
class VideoPath {
 public:
  // A picture in which nothing has changed for kStillAfter is sent at kStillFps: the encoder has long made
  // it as good as it gets. The program gets each frame all the same: its rate is fixed.
  static constexpr mix::Nanos kStillAfter = std::chrono::seconds(1);
  static constexpr int kStillFps = 5;
  // Someone who goes down a rung may try the higher one again soon, and its encoder is warm then.
  static constexpr mix::Nanos kLinger = std::chrono::seconds(2);
  // What the program needs and cannot be made is tried again after so long; that takes this thread's time.
  static constexpr mix::Nanos kTryAgain = std::chrono::seconds(1);

  // A rung cannot be made, or is dead. On the main thread.
  using FailureHandler = std::function<void(RungId, const Error&)>;
  struct Receivers {
    std::shared_ptr<FanOut> fanOut;
    std::shared_ptr<ProgramFeed> program;
  };

  VideoPath(const RoomSettings& settings, std::shared_ptr<Rungs> rungs, Receivers receivers, Reaper& reaper,
            FailureHandler onFailed);

  std::shared_ptr<mix::VideoSlot> addSlot(std::shared_ptr<mix::PlayoutDelay> delay);
  void setPlan(mix::VideoPlan plan) { mixer_->setPlan(std::move(plan)); }
  const std::shared_ptr<mix::TickPhase>& phase() const { return phase_; }
  void setCanvas(const CanvasSettings& canvas);  // its rate; the size comes with the plan

  // The rungs that somebody takes or is to take are there from now on, and those that the program needs;
  // others end kLinger after they were needed last, so this is to be called every now and then. A new rung
  // begins with a keyframe.
  void keepRungs(const std::vector<RungId>& needed, mix::Nanos now);
  void setKbps(RungId rung, int kbps) { rungs_->setKbps(rung, kbps); }  // as long as it is there

  std::uint64_t ticks() const { return ticker_->ticks(); }
  std::uint64_t missed() const { return ticker_->missed(); }
  std::uint64_t framesDropped() const { return rungs_->dropped(); }  // that came too fast for an encoder
  int encoders() const { return rungs_->count(); }

 private:
  void tick(mix::Nanos now);
  void keepRung(RungId id, mix::Nanos now);
  bool refusedLately(RungId id, mix::Nanos now) const;
  RungSettings rungSettings(RungId id) const;
  VideoRung::Handlers rungHandlers(RungId id);
  [[nodiscard]] Status startRung(RungId id);
  void endRung(RungId id);
  void onRungFailed(RungId id, const Error& why);

  const std::vector<RungSpec> specs_;
  const ProgramSettings program_;
  CanvasSettings canvas_;
  const std::shared_ptr<Rungs> rungs_;
  const Receivers receivers_;
  Reaper& reaper_;
  const FailureHandler onFailed_;
  const std::unique_ptr<mix::VideoMixer> mixer_;
  const std::shared_ptr<mix::TickPhase> phase_;
  std::vector<std::pair<RungId, mix::Nanos>> kept_;     // when it was needed last
  std::vector<std::pair<RungId, mix::Nanos>> refused_;  // when it could not be made

  // Tick thread. `last_` also keeps its canvas from being drawn on, so that an unchanged one comes again.
  mix::FrameRef last_;
  mix::Nanos changedAt_{0};
  mix::Nanos sentAt_{0};

  WeakOwner<VideoPath> weak_{this};
  std::optional<mix::Ticker> ticker_;  // last: it stops first
};

}  // namespace tessera
