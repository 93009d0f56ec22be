// SPDX-License-Identifier: Apache-2.0
#include "room/delay_trend.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tessera {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Nanos = DelayTrend::Nanos;

constexpr Nanos kEpoch = seconds(10);  // no delay changes by that much
constexpr Nanos kBaseEvery = seconds(2), kBaseMemory = seconds(20);
constexpr int kLeastPackets = 4;     // of a group: the least delay of fewer is jitter
constexpr std::size_t kWindow = 12;  // groups, for the trend
constexpr std::size_t kLeastWindow = 4;
constexpr std::size_t kRecent = 2;  // groups, for queue(); more when they are small
constexpr int kRecentPackets = 10;
constexpr std::size_t kSecond = 20;  // groups
constexpr Nanos kHeldBack = milliseconds(25), kMostHeldBack = milliseconds(45);
constexpr double kJitters = 1.6, kJitterGain = 1.0 / 16;  // RFC 3550, 6.4.1
constexpr Nanos kGross = milliseconds(80);                // this is no jitter: needs no second group
constexpr double kStepBackMs = 12;                        // less is noise, not a queue that shrinks
// Per group of 50 ms: 0.01 and 0.00018 per ms in the draft (5.4).
constexpr double kRise = 0.5, kFall = 0.009;
constexpr double kLeastThresholdMs = 15, kMostThresholdMs = 100;
constexpr double kOutlierMs = 15;  // what is that far above the threshold is a queue, not noise
constexpr Nanos kLongQueue = milliseconds(120);
constexpr std::size_t kBelieved = 40;  // groups
constexpr double kFlatMs = 8;

double ms(Nanos time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

}  // namespace

void DelayTrend::reset() {
  *this = {};
}

bool DelayTrend::add(Nanos sent, Nanos received) {
  const Nanos delay = received - sent;
  bool known = true;
  if (!groups_.empty()) jitterMs_ += (std::abs(ms(delay - last_)) - jitterMs_) * kJitterGain;
  last_ = delay;
  if (!groups_.empty() && std::chrono::abs(delay - groups_.back().least) > kEpoch) {
    reset();
    known = false;
  }
  if (!groups_.empty() && (sent < groups_.back().began + kGroup || groups_.back().packets < kLeastPackets)) {
    ++groups_.back().packets;
    groups_.back().least = std::min(groups_.back().least, delay);
    return known;
  }
  if (!groups_.empty()) close();
  groups_.push_back({sent, delay, received, 1});
  while (groups_.size() > kBelieved + 1) groups_.pop_front();
  return known;
}

// The open group is complete.
void DelayTrend::close() {
  const Group& group = groups_.back();
  if (bases_.empty() || group.began >= bases_.back().began + kBaseEvery) bases_.push_back(group);
  bases_.back().least = std::min(bases_.back().least, group.least);
  while (bases_.front().began < group.began - kBaseMemory) bases_.pop_front();

  const double growth = growthMs(kWindow, false);
  const std::size_t count = groups_.size();
  const bool back = count > 1 && ms(groups_[count - 2].least - group.least) > kStepBackMs;
  const bool held = growth > thresholdMs_ && !back && queue() > heldBack();
  // A single step is another route; a queue grows all the time, or by very much.
  const bool over = held && (queue() > kGross || growthMs(kWindow, true) > thresholdMs_);
  over_ = over ? over_ + (queue() > kGross ? 2 : 1) : 0;
  if (group.least - base() <= heldBack()) {
    queuedSince_.reset();
  } else if (!queuedSince_) {
    queuedSince_ = group.arrived;
  }
  adaptThreshold(growth);
  watchStanding(growth);
}

void DelayTrend::adaptThreshold(double growth) {
  const double off = std::abs(growth) - thresholdMs_;
  if (off > kOutlierMs) return;
  thresholdMs_ =
      std::clamp(thresholdMs_ + off * (off > 0 ? kRise : kFall), kLeastThresholdMs, kMostThresholdMs);
}

void DelayTrend::watchStanding(double growth) {
  standing_ = groups_.size() >= kSecond && leastOf(kSecond) - base() > kLongQueue && growth > -kStepBackMs;
  // What neither grows nor shrinks for so long, though less be sent, is the way itself.
  const bool flat = groups_.size() >= kBelieved && std::abs(growthMs(kBelieved, false)) < kFlatMs;
  if (!flat || leastOf(kBelieved) - base() <= kHeldBack) return;
  bases_.clear();
  bases_.push_back({groups_.back().began, leastOf(kBelieved), {}, 0});
  standing_ = false;
}

// A delay that is more than jitter.
Nanos DelayTrend::heldBack() const {
  const Nanos jitter(static_cast<Nanos::rep>(kJitters * jitterMs_ * 1e6));
  return std::clamp(jitter, Nanos(kHeldBack), Nanos(kMostHeldBack));
}

// By least squares: how much the delay grew over the last groups, with or without its largest step.
double DelayTrend::growthMs(std::size_t window, bool withoutStep) const {
  const std::size_t count = std::min(groups_.size(), window);
  if (count < kLeastWindow) return 0;
  const auto group = [&](std::size_t i) -> const Group& { return groups_[groups_.size() - count + i]; };
  std::size_t stepAt = count;
  double step = 0;
  for (std::size_t i = 1; withoutStep && i < count; ++i) {
    const double rise = ms(group(i).least - group(i - 1).least);
    if (rise > step) {
      step = rise;
      stepAt = i;
    }
  }
  const auto x = [&](std::size_t i) { return ms(group(i).began - group(0).began); };
  const auto y = [&](std::size_t i) {
    return ms(group(i).least - group(0).least) - (i >= stepAt ? step : 0);
  };
  double meanX = 0, meanY = 0;
  for (std::size_t i = 0; i < count; ++i) {
    meanX += x(i) / static_cast<double>(count);
    meanY += y(i) / static_cast<double>(count);
  }
  double products = 0, squares = 0;
  for (std::size_t i = 0; i < count; ++i) {
    products += (x(i) - meanX) * (y(i) - meanY);
    squares += (x(i) - meanX) * (x(i) - meanX);
  }
  return squares > 0 ? products / squares * x(count - 1) : 0;
}

Nanos DelayTrend::leastOf(std::size_t groups) const {
  Nanos least = groups_.back().least;
  for (std::size_t i = groups_.size() - std::min(groups, groups_.size()); i < groups_.size(); ++i) {
    least = std::min(least, groups_[i].least);
  }
  return least;
}

Nanos DelayTrend::base() const {
  const auto least = std::ranges::min_element(bases_, {}, &Group::least);
  return least == bases_.end() ? groups_.back().least : least->least;
}

Nanos DelayTrend::queue() const {
  if (groups_.empty()) return Nanos{0};
  std::size_t recent = 0;
  for (int packets = 0; recent < groups_.size() && (recent < kRecent || packets < kRecentPackets); ++recent) {
    packets += groups_[groups_.size() - 1 - recent].packets;
  }
  return std::max(leastOf(recent) - base(), Nanos{0});
}

}  // namespace tessera
