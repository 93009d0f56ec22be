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
      company_{signaling_, sender_, teardown_, options} {}

std::unique_ptr<Participant> Crew::make(const Place& place, std::function<void()> onChanged) {
  Participant::Settings settings;
  settings.name = fmt::format("{}-{:03}", place.viewer ? "viewer" : "load", place.index + 1);
  settings.viewer = place.viewer;
  settings.audioOnly = options_.audioOnly;
  settings.driftPpm = options_.driftPpm;
  if (!options_.audioOnly) settings.video = clips_.video;
  const bool talks = place.index < options_.talkers;
  settings.audio = talks ? clips_.talking : clips_.quiet;
  if (!place.viewer) {
    settings.logs.video = std::make_shared<SendLog>(kTimeCodes);
    settings.logs.audio = std::make_shared<SendLog>(settings.audio->frames.size());
    if (talks) onlyTalker_ = options_.talkers == 1 ? settings.logs.audio : nullptr;
  }
  if (place.watched && (place.viewer || !talks)) settings.onlyTalker = onlyTalker_;
  settings.phase = std::fmod(place.index * kGoldenRatio, 1.0);
  settings.keepDecoding = place.watched;
  if (const auto& heights = options_.receiveHeights; !heights.empty())
    settings.receiveHeight = heights[static_cast<std::size_t>(place.index) % heights.size()];
  return std::make_unique<Participant>(company_, std::move(settings), std::move(onChanged));
}

}  // namespace tessera::load
