// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/receive_quality.h"

#include <algorithm>

namespace tessera {
namespace {

constexpr int kMaxJump = 1000;  // in sequence numbers; beyond it a sender began anew

}  // namespace

void PacketCounter::onRtp(std::span<const std::uint8_t> header) {
  if (header.size() < 12) return;
  const auto sequence = static_cast<std::uint16_t>(header[2] << 8 | header[3]);
  const std::uint32_t ssrc =
      static_cast<std::uint32_t>(header[8]) << 24 | header[9] << 16 | header[10] << 8 | header[11];
  auto known = highest_.find(ssrc);
  if (known == highest_.end()) {
    if (highest_.size() >= kMaxStreams) return;
    known = highest_.emplace(ssrc, static_cast<std::uint16_t>(sequence - 1)).first;
  }
  const auto ahead = static_cast<std::int16_t>(sequence - known->second);
  if (ahead > kMaxJump || ahead < -kMaxJump) {
    known->second = sequence;
    return;
  }
  received_.fetch_add(1, std::memory_order_relaxed);
  if (ahead <= 0) return;
  expected_.fetch_add(ahead, std::memory_order_relaxed);
  known->second = sequence;
}

// A repeated packet, or one of a gap that was counted in the look before, makes up for a loss.
ReceivedPackets PacketCounter::take() {
  const std::int64_t expected = expected_ - takenExpected_;
  const std::int64_t received = received_ - takenReceived_;
  const std::int64_t late = late_ - takenLate_;
  takenExpected_ += expected;
  takenReceived_ += received;
  takenLate_ += late;
  const std::int64_t bad = std::clamp<std::int64_t>(expected - received, 0, expected) + late;
  return {static_cast<std::uint64_t>(expected), static_cast<std::uint64_t>(std::min(bad, expected))};
}

ReceivedPackets QualityJudge::sumOf(std::size_t seconds) const {
  ReceivedPackets sum;
  for (std::size_t i = 0; i < std::min(seconds, seconds_.size()); ++i) {
    sum.expected += seconds_[i].expected;
    sum.bad += seconds_[i].bad;
  }
  return sum;
}

std::optional<bool> QualityJudge::second(const ReceivedPackets& now) {
  seconds_.push_front(now);
  if (seconds_.size() > kGoodSeconds) seconds_.pop_back();
  const auto window = poor_ ? kGoodSeconds : kPoorSeconds;
  const ReceivedPackets sum = sumOf(window);
  if (seconds_.size() < window) return std::nullopt;
  // Few packets say nothing, but who turned the camera off is not poor for ever.
  if (sum.expected < kMinPackets && !(poor_ && sum.bad == 0)) return std::nullopt;
  const double share = sum.bad == 0 ? 0 : static_cast<double>(sum.bad) / static_cast<double>(sum.expected);
  const bool poor = share > (poor_ ? kGoodShare : kPoorShare);
  if (poor == poor_) return std::nullopt;
  return poor_ = poor;
}

}  // namespace tessera
