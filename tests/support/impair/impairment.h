// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace tessera::impair {

// A bad way through the network, in one direction. By default it is a perfect one.
struct LinkSettings {
  double lossPercent = 0;       // of the packets
  double burstPackets = 1;      // mean length of a run of losses (Gilbert-Elliott); 1: each for itself
  double delayMs = 0;           // one way
  double jitterMs = 0;          // evenly spread around the delay
  bool jitterReorders = false;  // else a late packet holds up those behind it
  double reorderPercent = 0;    // of the packets are held back by reorderMs, and so overtaken
  double reorderMs = 20;
  double duplicatePercent = 0;
  int kbps = 0;        // of IP packets; 0: no limit
  int queueMs = 0;     // how much the limit's queue holds, as time at that rate …
  int queueBytes = 0;  // … and in bytes; neither: kDefaultQueueMs
  bool outage = false;
  bool operator==(const LinkSettings&) const = default;
};
inline constexpr int kDefaultQueueMs = 200;

struct LinkCounts {
  std::uint64_t packetsIn = 0, bytesIn = 0;    // bytes with IP and UDP headers
  std::uint64_t packetsOut = 0, bytesOut = 0;  // duplicates count again
  std::uint64_t lost = 0, queueFull = 0, outage = 0;
  std::uint64_t duplicated = 0, reordered = 0;
  double queueMs = 0;  // the longest that a packet waited for the limit
};

// Numbers that are the same on every machine for a seed (the standard's distributions are not): SplitMix64.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  double roll();  // 0 to 1, without 1
  bool hits(double percent) { return roll() * 100 < percent; }

 private:
  std::uint64_t state_;
};

// What becomes of packets on one direction of a link: outage, loss, the queue of a limited rate, then delay.
// What it does follows from the seed and the times and sizes of the packets alone. Pure; one thread; `now` is
// of any clock that does not go back.
class Impairment {
 public:
  using Nanos = std::chrono::nanoseconds;
  struct Packet {
    std::vector<std::uint8_t> data;
    int client = 0;  // whose it is
  };

  explicit Impairment(std::uint64_t seed) : dice_(seed) {}

  void set(const LinkSettings& settings, Nanos now);
  const LinkSettings& settings() const { return settings_; }
  void push(Packet packet, Nanos now);
  std::optional<Packet> pop(Nanos now);  // the next that has arrived at the other end
  std::optional<Nanos> due() const;      // when pop() may have one
  LinkCounts takeCounts();               // since it was asked last

 private:
  struct Waiting {
    Packet packet;
    Nanos since;
  };
  struct Flying {
    Packet packet;
    Nanos release;
    std::uint64_t number;  // those of one time stay in order
  };
  static bool later(const Flying& a, const Flying& b) {
    return a.release != b.release ? a.release > b.release : a.number > b.number;
  }

  bool loses();
  bool hasRoom(std::size_t bytes) const;
  void serve(Nanos now);
  void startNext(Nanos from);
  void launch(Packet packet, Nanos at);
  Nanos delayOf();
  Nanos transmissionOf(const Packet& packet) const;

  LinkSettings settings_;
  Dice dice_;
  bool inBurst_ = false;
  std::deque<Waiting> queue_;  // its first is being transmitted, until served_
  std::size_t queuedBytes_ = 0;
  Nanos served_{0};
  std::vector<Flying> flying_;  // a heap, the next one on top
  std::uint64_t launched_ = 0;
  Nanos lastRelease_{0};
  LinkCounts counts_;
};

}  // namespace tessera::impair
