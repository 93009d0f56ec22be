// SPDX-License-Identifier: Apache-2.0
#include "room/packet_history.h"

#include <algorithm>
#include <cmath>

namespace tessera {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMostPackets = 8192;
constexpr PacketHistory::Nanos kLossWindow = seconds(1);
constexpr PacketHistory::Nanos kLeastSpan = milliseconds(200);  // what a rate is measured over at the start

}  // namespace

std::int64_t PacketHistory::unwrap(std::uint16_t seq) const {
  if (packets_.empty()) return seq;
  const std::int64_t last = packets_.back().seq;
  return last + static_cast<std::int16_t>(static_cast<std::uint16_t>(seq - static_cast<std::uint16_t>(last)));
}

PacketHistory::News PacketHistory::add(const PacketFeedback& packet) {
  const std::int64_t seq = unwrap(packet.seq);
  const Packet entry{seq, packet.sent, packet.received, packet.bytes, packet.lost};
  const auto place = std::ranges::lower_bound(packets_, seq, {}, &Packet::seq);
  if (place != packets_.end()) {
    const bool here = place->seq == seq;
    if (here && (!place->lost || packet.lost)) return News::known;
    if (packet.sent < packets_.back().sent - kMemory) return News::known;
    if (!packet.lost) newest_ = std::max(newest_, packet.received);
    if (here) {
      *place = entry;
    } else {
      packets_.insert(place, entry);  // its feedback was lost, or overtaken
    }
    return News::late;
  }
  if (!packet.lost) newest_ = std::max(newest_, packet.received);
  packets_.push_back(entry);
  while (packets_.size() > kMostPackets || packets_.front().sent < packet.sent - kMemory)
    packets_.pop_front();
  return News::next;
}

int PacketHistory::deliveredKbps(Nanos window) const {
  std::int64_t bits = 0;
  std::size_t from = packets_.size(), to = 0;
  for (std::size_t i = 0; i < packets_.size(); ++i) {
    const Packet& packet = packets_[i];
    if (packet.lost || packet.received <= newest_ - window) continue;
    bits += packet.bytes * std::int64_t{8};
    from = std::min(from, i);
    to = i;
  }
  if (bits == 0) return 0;
  Nanos span = window;
  if (packets_.front().sent > packets_.back().sent - window) {  // we have just begun
    span = std::clamp(newest_ - packets_[from].received, std::min(kLeastSpan, window), window);
  }
  // Of what no feedback has told, because it was lost itself, as much arrived as of the rest. Such a hole may
  // also be at the beginning of the window; then it is measured from before.
  std::size_t before = from;
  while (before > 0 && (before == from || packets_[before].lost)) --before;
  const auto holes = [this](std::size_t first, std::size_t last) {
    return packets_[last].seq - packets_[first].seq - static_cast<std::int64_t>(last - first);
  };
  if (holes(before, from) == 0 || packets_[before].lost) {
    before = from;
  } else {
    span = std::max(span, newest_ - packets_[before].received);
  }
  const auto told = static_cast<double>(to - before + 1);
  const auto sent = told + static_cast<double>(holes(before, to));
  return static_cast<int>(static_cast<double>(bits) * sent / told * 1e6 / static_cast<double>(span.count()));
}

PacketHistory::Loss PacketHistory::loss(Nanos from, int longestRun) const {
  if (packets_.empty()) return {};
  const Nanos end = packets_.back().sent - kOvertaken;
  int lost = 0, packets = 0, run = 0;
  std::int64_t next = packets_.back().seq + 1;
  Nanos told = Nanos::max();  // by the feedback for what was sent until then
  for (auto packet = packets_.rbegin(); packet != packets_.rend(); ++packet) {
    // A feedback is missing. It may have told of the arrival of what was overtaken.
    if (next != packet->seq + 1) told = packet->sent - kOvertaken;
    next = packet->seq;
    if (packet->sent <= std::max(from, end - kLossWindow)) break;
    run = packet->lost ? run + 1 : 0;
    if (packet->sent > end || run > longestRun || (packet->lost && packet->sent > told)) continue;
    ++packets;
    if (packet->lost) ++lost;
  }
  return {packets > 0 ? static_cast<double>(lost) / packets : 0, packets};
}

double PacketHistory::Loss::deviation(double of) const {
  return packets > 0 ? std::sqrt(of * (1 - of) / packets) : 1;
}

}  // namespace tessera
