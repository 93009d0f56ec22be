// SPDX-License-Identifier: Apache-2.0
#include "load/crew.h"

#include <cmath>

namespace tessera::load {
namespace {

constexpr double kGoldenRatio = 0.6180339887;  // spreads phases evenly, however many there are

}  // namespace

Crew::Crew(const Options& options, Clips clips)
    : options_(options),
      clips_(std::move(clips)),
      signaling_(options.participants + options.viewers + 1, options.insecure),
      company_{signaling_,           sender_, teardown_, options.url, options.room, options.video.codec,
               options.gatherAddress} {}

std::unique_ptr<Participant> Crew::make(const Place& place, std::function<void()> onChanged) {
  Participant::Settings settings;
  settings.name = fmt::format("{}-{:03}", place.viewer ? "viewer" : "load", place.index + 1);
  settings.viewer = place.viewer;
  settings.video = clips_.video;
  settings.audio = place.index < options_.audioTalkers ? clips_.talking : clips_.quiet;
  settings.phase = std::fmod(place.index * kGoldenRatio, 1.0);
  settings.keepDecoding = place.watched;
  return std::make_unique<Participant>(company_, std::move(settings), std::move(onChanged));
}

}  // namespace tessera::load
