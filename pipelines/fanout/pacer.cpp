// SPDX-License-Identifier: Apache-2.0
#include "pipelines/fanout/pacer.h"

#include <algorithm>

namespace tessera {
namespace {

double seconds(Pacer::Nanos time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

void Pacer::setRate(int kbps) {
  const bool begins = rate_ == 0;
  rate_ = std::max(kbps, 0) * 1000.0 / 8;
  if (begins) credit_ = rate_ * seconds(kBurst);
}

std::optional<Pacer::Nanos> Pacer::next(const Waiting& waiting, Nanos now) {
  if (rate_ == 0) return std::nullopt;
  const double bytes = static_cast<double>(waiting.bytes);
  const double pace = std::max(kHeadroom * rate_, waiting.severalFrames ? bytes / seconds(kMaxWait) : 0);
  credit_ = std::min(credit_ + pace * seconds(now - at_), rate_ * seconds(kBurst));
  at_ = now;
  if (credit_ > 0) return std::nullopt;
  const double part = std::min(bytes, pace * seconds(kPart));
  return now + Nanos(static_cast<Nanos::rep>((part - credit_) / pace * 1e9) + 1);
}

}  // namespace tessera
