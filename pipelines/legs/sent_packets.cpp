// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/sent_packets.h"

#include <cstdlib>
#include <utility>

namespace tessera {

std::uint16_t SentPackets::add(int bytes, Nanos now) {
  const std::uint64_t number = next_++;
  sent_[number % kHistory] = {number, now, bytes};
  return static_cast<std::uint16_t>(number);
}

std::vector<PacketFeedback> SentPackets::match(const TransportFeedback& feedback) {
  const Nanos reference = unwrap(feedback.reference);
  std::vector<PacketFeedback> told;
  auto sequence = feedback.first;
  for (const auto& received : feedback.packets) {
    const auto seq = sequence++;
    Sent* sent = find(seq);
    if (!sent || sent->received) continue;
    if (received) {
      sent->received = true;
      told.push_back({sent->at, reference + *received, sent->bytes, false, seq});
    } else if (!std::exchange(sent->lost, true)) {
      told.push_back({sent->at, Nanos{0}, sent->bytes, true, seq});
    }
  }
  return told;
}

// The 24 bits wrap every 12 days: counted on from the last, the nearer way round. A receiver that lets its
// clock jump ahead or back for ever does not leave the range of nanoseconds: it begins anew.
SentPackets::Nanos SentPackets::unwrap(std::uint32_t reference) {
  constexpr std::int64_t kModulus = TransportFeedback::kReferenceModulus;
  constexpr std::int64_t kFarthest = 256 * kModulus;  // 8 years
  const std::int64_t last = reference_.value_or(reference);
  std::int64_t step = (reference - last) % kModulus;
  if (step >= kModulus / 2) step -= kModulus;
  if (step < -kModulus / 2) step += kModulus;
  reference_ = std::abs(last + step) < kFarthest ? last + step : reference;
  return TransportFeedback::kReferenceUnit * *reference_;
}

SentPackets::Sent* SentPackets::find(std::uint16_t sequence) {
  const auto back = static_cast<std::uint16_t>(next_ - sequence);
  if (back == 0 || back > kHistory) return nullptr;
  Sent& sent = sent_[(next_ - back) % kHistory];
  return sent.number == next_ - back ? &sent : nullptr;
}

}  // namespace tessera
