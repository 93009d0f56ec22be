// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/playout_delay.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <mutex>

namespace tessera::mix {
namespace {

using std::chrono::milliseconds;

constexpr double kVideoInTime = 0.96;  // of the frames; a late one is shown a tick later
constexpr double kAudioInTime = 0.98;  // of the packets; a late one is a gap
// Time constants of the two histograms: D is what both ask for. The short one ends it soon after the jitter
// does; the long one does not take a single stall for jitter: what it held up has come when it is seen, and D
// would come too late for it.
constexpr double kForgetSoon = 1.7, kForgetLate = 10;  // seconds
constexpr Nanos kShrinkPerSecond = milliseconds(60);
constexpr Nanos kRecent = milliseconds(500);
constexpr std::size_t kLateEnough = 3;         // this many late ones within kRecent raise D at once
constexpr Nanos kTogether = milliseconds(10);  // what comes so soon after another was held up with it
constexpr Nanos kForgetMedium = std::chrono::seconds(5);  // a medium that ended does not hold D up

constexpr Nanos kBin = milliseconds(2);
constexpr std::size_t kBins = PlayoutDelay::kMax / kBin + 1;  // the last one: all that is later

class Histogram {
 public:
  explicit Histogram(double forgetSeconds) : forgetSeconds_(forgetSeconds) {}

  void observe(Nanos lateness, double elapsed) {
    const double keep = total_ > 0 ? std::exp(-std::clamp(elapsed, 0.0, 10.0) / forgetSeconds_) : 0.0;
    for (float& bin : bins_) bin *= static_cast<float>(keep);
    total_ = total_ * keep + 1;
    bins_[static_cast<std::size_t>(std::clamp(lateness, Nanos{0}, PlayoutDelay::kMax) / kBin)] += 1;
  }

  Nanos percentile(double inTime) const {
    double above = total_ * (1 - inTime);
    for (std::size_t bin = kBins; bin-- > 0;) {
      above -= static_cast<double>(bins_[bin]);
      if (above < 0) return std::min(kBin * static_cast<Nanos::rep>(bin + 1), PlayoutDelay::kMax);
    }
    return Nanos{0};
  }

 private:
  const double forgetSeconds_;
  std::array<float, kBins> bins_{};
  double total_ = 0;
};

// How late one medium is: what it has been, and the last few observations.
class Lateness {
 public:
  explicit Lateness(double inTime) : inTime_(inTime) {}

  void observe(Nanos lateness, Nanos arrived) {
    const double elapsed = std::chrono::duration<double>(arrived - last_).count();
    soon_.observe(lateness, elapsed);
    late_.observe(lateness, elapsed);
    Observation& previous = recent_[(next_ + recent_.size() - 1) % recent_.size()];
    if (arrived < previous.arrived + kTogether && previous.arrived != Nanos::min()) {
      previous.lateness = std::max(previous.lateness, lateness);
    } else {
      recent_[next_++ % recent_.size()] = {lateness, arrived};
    }
    last_ = std::max(last_, arrived);
  }

  Nanos wanted(Nanos now) const {
    if (last_ == Nanos{0} || now - last_ > kForgetMedium) return Nanos{0};
    const Nanos usual = std::min(soon_.percentile(inTime_), late_.percentile(inTime_));
    return std::max(usual, nthLargestRecent(now));
  }

 private:
  struct Observation {
    Nanos lateness{0}, arrived{Nanos::min()};
  };

  Nanos nthLargestRecent(Nanos now) const {
    std::array<Nanos, kLateEnough> largest{};  // descending
    for (const Observation& seen : recent_) {
      if (seen.arrived < now - kRecent) continue;
      Nanos value = std::min(seen.lateness, PlayoutDelay::kMax);
      for (Nanos& rank : largest) {
        if (value > rank) std::swap(value, rank);
      }
    }
    return largest.back();
  }

  const double inTime_;
  Histogram soon_{kForgetSoon}, late_{kForgetLate};
  Nanos last_{0};
  std::array<Observation, 32> recent_{};
  std::size_t next_ = 0;
};

// Grows at once, shrinks at most kShrinkPerSecond. Only the times given to it matter.
class AdaptiveDelay final : public PlayoutDelay {
 public:
  void observeVideo(Nanos captured, Nanos arrived) override { observe(video_, captured, arrived); }
  void observeAudio(Nanos captured, Nanos arrived) override { observe(audio_, captured, arrived); }
  Nanos value() const override { return Nanos(value_.load(std::memory_order_relaxed)); }

 private:
  void observe(Lateness& medium, Nanos captured, Nanos arrived) {
    const std::lock_guard lock(mutex_);
    medium.observe(std::max(arrived - captured, Nanos{0}), arrived);
    const Nanos now = std::max(now_, arrived);
    const Nanos wanted = std::max(video_.wanted(now), audio_.wanted(now));
    const Nanos present = value();
    const auto shrink = Nanos(static_cast<Nanos::rep>(static_cast<double>(kShrinkPerSecond.count()) *
                                                      std::chrono::duration<double>(now - now_).count()));
    const Nanos next = started_ ? std::max(wanted, present - shrink) : wanted;
    started_ = true;
    now_ = now;
    value_.store(std::clamp(next, Nanos{0}, kMax).count(), std::memory_order_relaxed);
  }

  std::mutex mutex_;  // audio's and video's streaming threads
  Lateness video_{kVideoInTime}, audio_{kAudioInTime};
  Nanos now_{0};
  bool started_ = false;
  std::atomic<Nanos::rep> value_{0};
};

}  // namespace

std::shared_ptr<PlayoutDelay> PlayoutDelay::create() {
  return std::make_shared<AdaptiveDelay>();
}

}  // namespace tessera::mix
