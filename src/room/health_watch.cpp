// SPDX-License-Identifier: Apache-2.0
#include "room/health_watch.h"

namespace tessera {

HealthWatch::HealthWatch(Limits limits, Clock::time_point now)
    : limits_(limits), lastCheck_(now), lastBeat_(now), videoMoved_(now), audioMoved_(now) {}

void HealthWatch::onHeartbeat(const RoomHealth& health, Clock::time_point now) {
  lastBeat_ = now;
  const bool idle = health.peers == 0;  // an empty room may rest its mixers
  if (idle || !last_ || last_->peers == 0 || health.videoTicks != last_->videoTicks) videoMoved_ = now;
  if (idle || !last_ || last_->peers == 0 || health.audioTicks != last_->audioTicks) audioMoved_ = now;
  last_ = health;
}

std::optional<std::string> HealthWatch::overdue(Clock::time_point now) {
  const auto sinceCheck = now - lastCheck_;
  lastCheck_ = now;
  if (sinceCheck > 2 * limits_.checkEvery) {
    lastBeat_ += sinceCheck;
    videoMoved_ += sinceCheck;
    audioMoved_ += sinceCheck;
    return std::nullopt;
  }
  if (!last_) {
    if (now - lastBeat_ > limits_.start) return "no first heartbeat";
    return std::nullopt;
  }
  if (now - lastBeat_ > limits_.silence) return "no heartbeat";
  if (now - videoMoved_ > limits_.silence) return "the video mixer does not tick";
  if (now - audioMoved_ > limits_.silence) return "the audio mixer does not tick";
  return std::nullopt;
}

}  // namespace tessera
