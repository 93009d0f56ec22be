// SPDX-License-Identifier: Apache-2.0
#include "pipelines/fanout/pacer.h"

#include <algorithm>

namespace tessera {
namespace {

double seconds(Pacer::Nanos time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

void Pacer::setPace(int kbps) {
  const bool begins = pace_ == 0;
  pace_ = std::max(kbps, 0) * 1000.0 / 8;
  if (begins) credit_ = pace_ * seconds(kBurst);
}

std::optional<Pacer::Nanos> Pacer::next(const Waiting& waiting, Nanos now) {
  if (pace_ == 0) return std::nullopt;
  const double bytes = static_cast<double>(waiting.bytes);
  const double pace = std::max(pace_, waiting.within.count() > 0 ? bytes / seconds(waiting.within) : 0);
  credit_ = std::min(credit_ + pace * seconds(now - at_), pace * seconds(kBurst));
  at_ = now;
  if (credit_ > 0) return std::nullopt;
  const double part = std::min(bytes, pace * seconds(kPart));
  return now + Nanos(static_cast<Nanos::rep>((part - credit_) / pace * 1e9) + 1);
}

}  // namespace tessera
