// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/retransmission_gate.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

constexpr std::size_t kMostUseful = 1 << 14;  // well below half of the sequence numbers

}  // namespace

void RetransmissionGate::sendsWith(std::uint32_t ssrc) {
  const std::lock_guard lock(mutex_);
  ssrc_ = ssrc;
}

void RetransmissionGate::onSent(std::uint16_t first, std::span<const std::size_t> bytes, bool keyframeBegins,
                                Nanos now) {
  const std::lock_guard lock(mutex_);
  // Numbers that were left out count as sent; nothing is known by them.
  const auto left = static_cast<std::uint16_t>(first - next_);
  std::size_t useful = keyframeBegins || left > kRemembered ? 0 : useful_ + left;
  double all = 0;
  next_ = first;
  for (const std::size_t size : bytes) {
    packet(next_++) = {size, now, Nanos(0)};
    all += static_cast<double>(size);
  }
  useful += bytes.size();
  useful_ = static_cast<std::uint16_t>(std::min<std::size_t>(useful, kMostUseful));
  recent_ = recent_ * std::exp(-std::chrono::duration<double>(now - sent_).count()) + all;
  sent_ = now;
  savings_ = std::min(savings_ + kShare * all, std::max(kLeastSavings, kShare * recent_));
}

RetransmissionGate::Answer RetransmissionGate::ask(std::uint32_t ssrc, std::uint16_t sequence,
                                                   NetworkState network, Nanos now) {
  const std::lock_guard lock(mutex_);
  const auto ago = static_cast<std::uint16_t>(next_ - sequence);
  if (ssrc != ssrc_ || ago == 0 || ago > useful_) return Answer::nothing;
  Packet& asked = packet(sequence);
  if (ago > kRemembered || now - asked.sent > std::max<Nanos>(kTooOld, 3 * network.rtt))
    return askForKeyframe(now);
  if (asked.answered.count() != 0 && now - asked.answered < std::max<Nanos>(kLeastInterval, network.rtt))
    return Answer::nothing;
  const double price = static_cast<double>(asked.bytes) * (network.congested ? kCongestedPrice : 1);
  if (price > savings_) return askForKeyframe(now);
  savings_ -= price;
  asked.answered = now;
  return Answer::send;
}

RetransmissionGate::Answer RetransmissionGate::askForKeyframe(Nanos now) {
  if (keyframe_.count() != 0 && now - keyframe_ < kKeyframeEvery) return Answer::nothing;
  keyframe_ = now;
  return Answer::keyframe;
}

}  // namespace tessera
