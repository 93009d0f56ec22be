// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cmath>
#include <optional>

namespace tessera {

// width / height of the picture that somebody sends, for the layout. Each change lays the whole room out
// anew, and a sender may change at each keyframe: so one is taken at most once in kMinInterval, and of those
// that come meanwhile the last one counts. Pure: the clock is given.
class SteadyAspect {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kMinInterval{1000};
  static constexpr double kSame = 0.02;  // part of the aspect

  // What comes now; taken by settle().
  void offer(double aspect) {
    // Senders scale by odd factors: the same picture at another size is not of another shape.
    const bool same = std::abs(aspect - value_) <= kSame * aspect;
    next_ = same ? std::nullopt : std::optional(aspect);
  }
  // Takes what was offered if it is time. True: there is a new value.
  bool settle(Clock::time_point now) {
    const auto at = due();
    if (!at || now < *at) return false;
    value_ = *next_;
    next_.reset();
    takenAt_ = now;
    return true;
  }
  // When settle() has something to take; none when nothing waits.
  std::optional<Clock::time_point> due() const {
    if (!next_) return std::nullopt;
    return takenAt_ ? *takenAt_ + kMinInterval : Clock::time_point::min();
  }

  double value() const { return value_; }  // 0: none yet

 private:
  double value_ = 0;
  std::optional<double> next_;
  std::optional<Clock::time_point> takenAt_;
};

}  // namespace tessera
