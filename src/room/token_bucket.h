// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <chrono>

namespace tessera {

// `perSecond` sustained, `burst` at once. The clock is given.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;
  TokenBucket(double perSecond, double burst) : perSecond_(perSecond), burst_(burst), tokens_(burst) {}

  bool take(Clock::time_point now) {
    if (last_ != Clock::time_point{}) {
      const std::chrono::duration<double> passed = now - last_;
      tokens_ = std::min(burst_, tokens_ + passed.count() * perSecond_);
    }
    last_ = now;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double perSecond_;
  double burst_;
  double tokens_;
  Clock::time_point last_{};
};

}  // namespace tessera
