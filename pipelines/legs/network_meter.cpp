// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/network_meter.h"

#include <algorithm>
#include <utility>

namespace tessera {

std::optional<ReceptionReport> ReceptionReports::sumUp(std::span<const ReportBlock> blocks,
                                                       std::uint32_t ntp) {
  double expected = 0;
  double lost = 0;
  std::chrono::milliseconds rtt{0};
  for (const ReportBlock& block : blocks) {
    if (std::find(ssrcs_.begin(), ssrcs_.end(), block.ssrc) == ssrcs_.end()) continue;
    const auto [known, first] = highest_.try_emplace(block.ssrc, block.highest - 1);
    const auto packets =
        static_cast<std::int32_t>(block.highest - std::exchange(known->second, block.highest));
    if (packets <= 0) continue;
    expected += packets;
    lost += packets * block.fractionLost;
    if (block.lastReport == 0) continue;
    // Negative when a clock was set
    const auto taken = static_cast<std::int32_t>(ntp - block.lastReport - block.sinceReport);
    const std::chrono::milliseconds trip(std::int64_t{taken} * 1000 / 65536 + 1);
    if (taken >= 0 && trip <= kMaxRtt) rtt = std::max(rtt, trip);
  }
  if (expected == 0) return std::nullopt;
  return ReceptionReport{lost / expected, rtt};
}

void NetworkMeter::sendsWith(std::vector<std::uint32_t> ssrcs) {
  const std::lock_guard lock(mutex_);
  reports_.sendsWith(std::move(ssrcs));
}

std::uint16_t NetworkMeter::onSent(int bytes, Nanos now) {
  Nanos none{0};
  waitingSince_.compare_exchange_strong(none, now);
  const std::lock_guard lock(sentMutex_);
  return sent_.add(bytes, now);
}

std::vector<PacketFeedback> NetworkMeter::match(const TransportFeedback& feedback) {
  const std::lock_guard lock(sentMutex_);
  return sent_.match(feedback);
}

// What a receiver says must cost little, however much it is: the main thread waits for the lock.
void NetworkMeter::onRtcp(std::span<const RtcpPacket> packets, std::uint32_t ntp, Nanos now) {
  int feedbacks = 0;
  for (const RtcpPacket& packet : packets) {
    if (!packet.isTransportCc()) {
      onReport(packet, ntp, now);
    } else if (++feedbacks <= kMaxFeedbacks) {
      onFeedback(packet, now);
    }
  }
}

void NetworkMeter::onFeedback(const RtcpPacket& packet, Nanos now) {
  const auto feedback = parseTransportFeedback(packet.feedback());
  if (!feedback) return;
  const std::lock_guard lock(mutex_);
  const auto told = match(*feedback);
  if (std::any_of(told.begin(), told.end(), [](const auto& each) { return !each.lost; })) {
    waitingSince_ = Nanos{0};
    heardFeedback_ = true;
  }
  if (!told.empty()) estimator_.onFeedback(told, now);
}

void NetworkMeter::onReport(const RtcpPacket& packet, std::uint32_t ntp, Nanos now) {
  const auto blocks = reportBlocks(packet);
  if (blocks.empty()) return;
  const std::lock_guard lock(mutex_);
  if (const auto report = reports_.sumUp(blocks, ntp))
    estimator_.onReceiverReport(report->loss, report->rtt, now);
}

NetworkReport NetworkMeter::report(Nanos now) const {
  const std::lock_guard lock(mutex_);
  return estimator_.report(now);
}

NetworkState NetworkMeter::state(Nanos now) const {
  const std::lock_guard lock(mutex_);
  return estimator_.state(now);
}

NetworkMeter::Nanos NetworkMeter::unheardFor(Nanos now) const {
  if (!heardFeedback_) return Nanos{0};
  const Nanos since = waitingSince_;
  return since != Nanos{0} ? now - since : Nanos{0};
}

}  // namespace tessera
