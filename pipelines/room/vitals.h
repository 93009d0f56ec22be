// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <utility>

#include "pipelines/legs/reaper.h"
#include "pipelines/room/audio_path.h"
#include "pipelines/room/process_stats.h"
#include "pipelines/room/video_path.h"
#include "room/load_governor.h"

namespace tessera {

// How a room is: what the heartbeat tells, and whether it has enough time. Main thread.
class Vitals {
 public:
  // Judges a sample; LoadGovernor does, but for tests.
  using Governor = std::function<Degradation(const LoadGovernor::Sample&, LoadGovernor::Clock::time_point)>;

  Vitals(const VideoPath& video, const AudioPath& audio, const Reaper& reaper, Governor governor)
      : video_(video), audio_(audio), reaper_(reaper), governor_(std::move(governor)) {}

  // To be called at each heartbeat. All but `peers`.
  RoomHealth take(LoadGovernor::Clock::time_point now);

 private:
  const VideoPath& video_;
  const AudioPath& audio_;
  const Reaper& reaper_;
  const Governor governor_;
  ProcessStats process_;
};

}  // namespace tessera
