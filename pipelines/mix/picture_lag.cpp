// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/picture_lag.h"

#include <algorithm>

namespace tessera::mix {
namespace {

constexpr int kWindow = 32;  // frames: about a second of one sender

}  // namespace

void PictureLag::observe(Nanos overdue) {
  observed_ = std::min(observed_ + 1, kWindow);
  mean_ += (static_cast<double>(std::clamp(overdue, Nanos{0}, kMax).count()) - mean_) / observed_;
}

Nanos PictureLag::advance() {
  const Nanos move = Nanos(static_cast<Nanos::rep>(mean_)) - value_;
  value_ += std::clamp(move, -kMaxMove, kMaxMove);
  return value_;
}

}  // namespace tessera::mix
