// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/vitals.h"

namespace tessera {

RoomHealth Vitals::take(LoadGovernor::Clock::time_point now) {
  RoomHealth health;
  health.videoTicks = video_.ticks();
  health.missedVideoTicks = video_.missed();
  health.audioTicks = audio_.ticks();
  health.missedAudioTicks = audio_.missed();
  health.degradation = governor_({health.videoTicks, health.missedVideoTicks, video_.framesDropped(),
                                  health.audioTicks, health.missedAudioTicks},
                                 now);
  health.hungTeardowns = reaper_.hung();
  health.threads = ProcessStats::threads();
  health.cpuSeconds = ProcessStats::cpuSeconds();
  health.pssBytes = process_.pssBytes();
  health.videoEncoders = video_.encoders();
  health.audioEncoders = audio_.encoders();
  return health;
}

}  // namespace tessera
