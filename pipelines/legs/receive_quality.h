// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <unordered_map>

namespace tessera {

// What became of the packets of one connection since the last look.
struct ReceivedPackets {
  std::uint64_t expected = 0;
  std::uint64_t bad = 0;  // lost, or too late to be of use
};

// Counts the packets that a connection brings, as they come from the network, before anything is repaired. A
// packet that overtakes another counts as one that never was missing once the other comes. onRtp() on one
// thread, onLate() and take() on any.
class PacketCounter {
 public:
  static constexpr std::size_t kMaxStreams = 16;

  void onRtp(std::span<const std::uint8_t> header);  // RFC 3550, 5.1; at least 12 bytes
  void onLate() { late_.fetch_add(1, std::memory_order_relaxed); }
  ReceivedPackets take();

 private:
  std::unordered_map<std::uint32_t, std::uint16_t> highest_;  // sequence number by SSRC
  std::atomic<std::int64_t> expected_{0}, received_{0}, late_{0};
  std::int64_t takenExpected_ = 0, takenReceived_ = 0, takenLate_ = 0;  // by take()
};

// Poor when many of the packets of the last seconds are bad, good again when hardly any of the last, longer
// while was. Told once a second; one thread.
class QualityJudge {
 public:
  static constexpr std::size_t kPoorSeconds = 4, kGoodSeconds = 8;
  static constexpr double kPoorShare = 0.08, kGoodShare = 0.02;
  static constexpr std::uint64_t kMinPackets = 60;  // fewer say nothing

  std::optional<bool> second(const ReceivedPackets& now);  // true: it has become poor, false: good

 private:
  ReceivedPackets sumOf(std::size_t seconds) const;

  std::deque<ReceivedPackets> seconds_;  // the newest first
  bool poor_ = false;
};

}  // namespace tessera
