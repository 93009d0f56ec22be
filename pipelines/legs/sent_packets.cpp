// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/sent_packets.h"

#include <algorithm>
#include <utility>

namespace tessera {

std::uint16_t SentPackets::add(int bytes, Nanos now) {
  const std::uint64_t number = next_++;
  sent_[number % kHistory] = {number, now, bytes};
  return static_cast<std::uint16_t>(number);
}

std::vector<PacketFeedback> SentPackets::match(const TransportFeedback& feedback, Nanos now) {
  const Nanos reference = unwrap(feedback.reference);
  std::vector<Told> told;
  auto sequence = feedback.first;
  for (const auto& received : feedback.packets) {
    Sent* sent = find(sequence++);
    if (!sent || sent->told) continue;
    if (received) {
      sent->told = true;
      told.push_back({sent->number, {sent->at, reference + *received, sent->bytes, false}});
    } else if (!std::exchange(sent->missing, true)) {
      missing_.push_back({sent->number, now});
    }
  }
  takeLost(told, now);
  std::sort(told.begin(), told.end(), [](const Told& a, const Told& b) { return a.number < b.number; });
  std::vector<PacketFeedback> packets;
  packets.reserve(told.size());
  for (const Told& each : told) packets.push_back(each.packet);
  return packets;
}

// The 24 bits wrap every 12 days: counted on from the last, the nearer way round.
SentPackets::Nanos SentPackets::unwrap(std::uint32_t reference) {
  constexpr std::int64_t kModulus = TransportFeedback::kReferenceModulus;
  const std::int64_t last = reference_.value_or(reference);
  std::int64_t step = (reference - last) % kModulus;
  if (step >= kModulus / 2) step -= kModulus;
  if (step < -kModulus / 2) step += kModulus;
  reference_ = last + step;
  return TransportFeedback::kReferenceUnit * *reference_;
}

SentPackets::Sent* SentPackets::find(std::uint16_t sequence) {
  const auto back = static_cast<std::uint16_t>(next_ - sequence);
  if (back == 0 || back > kHistory) return nullptr;
  Sent& sent = sent_[(next_ - back) % kHistory];
  return sent.number == next_ - back ? &sent : nullptr;
}

void SentPackets::takeLost(std::vector<Told>& told, Nanos now) {
  while (!missing_.empty() && now - missing_.front().since >= kLostAfter) {
    const std::uint64_t number = missing_.front().number;
    missing_.pop_front();
    Sent& sent = sent_[number % kHistory];
    if (sent.number == number && !std::exchange(sent.told, true))
      told.push_back({number, {sent.at, Nanos{0}, sent.bytes, true}});
  }
}

}  // namespace tessera
