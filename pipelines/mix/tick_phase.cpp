// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/tick_phase.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tessera::mix {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;
constexpr double kWeight = 1.0 / 24;  // of a new arrival: about a second at 30 fps
constexpr int kEnough = 12;           // arrivals before the tick moves at all
constexpr double kAgree = 0.6;        // length of the mean vector below which there is no common phase
constexpr Nanos kDeadBand = std::chrono::microseconds(400);

Nanos modulo(Nanos value, Nanos interval) {
  const Nanos rest = value % interval;
  return rest < Nanos{0} ? rest + interval : rest;
}

}  // namespace

void TickPhase::observe(Nanos showable) {
  const std::lock_guard lock(mutex_);
  const double part =
      static_cast<double>(modulo(showable, interval_).count()) / static_cast<double>(interval_.count());
  const double weight = std::max(kWeight, 1.0 / ++observed_);
  mean_ += weight * (std::polar(1.0, kTurn * part) - mean_);
}

void TickPhase::reset() {
  const std::lock_guard lock(mutex_);
  mean_ = 0;
  observed_ = 0;
}

void TickPhase::setInterval(Nanos interval) {
  const std::lock_guard lock(mutex_);
  interval_ = interval;
  mean_ = 0;
  observed_ = 0;
}

// A little over one standard deviation after the mean, so that most of a jittery sender's frames make it.
Nanos TickPhase::wantedLocked() const {
  const double agreement = std::abs(mean_);
  if (observed_ < kEnough || agreement < kAgree) return Nanos{-1};
  const double spread = std::sqrt(std::max(0.0, -2 * std::log(std::min(agreement, 1.0))));
  const double part = (std::arg(mean_) + 1.3 * spread) / kTurn;
  return modulo(Nanos(std::llround(part * static_cast<double>(interval_.count()))) + kMargin, interval_);
}

Nanos TickPhase::wantedOffset() const {
  const std::lock_guard lock(mutex_);
  return wantedLocked();
}

Nanos TickPhase::next(Nanos previous) const {
  const std::lock_guard lock(mutex_);
  const Nanos regular = previous + interval_;
  const Nanos wanted = wantedLocked();
  if (wanted < Nanos{0}) return regular;
  Nanos move = modulo(wanted - regular, interval_);
  if (move > interval_ / 2) move -= interval_;  // the shorter way round
  if (std::chrono::abs(move) < kDeadBand) return regular;
  return regular + std::clamp(move, -kMaxMove, kMaxMove);
}

}  // namespace tessera::mix
