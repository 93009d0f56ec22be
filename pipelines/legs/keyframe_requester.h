// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <chrono>

namespace tessera {

// When to ask a sender for a keyframe. Any thread; times are CLOCK_MONOTONIC. A request that comes too soon
// after the last one is not lost: it is made up for when the next packet arrives. Packets that arrive without
// anything being decoded from them ask as well (the keyframe itself was lost, or fell before the
// verification of the peer).
class KeyframeRequester {
 public:
  using Nanos = std::chrono::nanoseconds;
  static constexpr Nanos kMinInterval = std::chrono::milliseconds(500);
  static constexpr Nanos kUndecodedFor = std::chrono::seconds(1);
  static constexpr Nanos kFirstWithin = std::chrono::milliseconds(150);  // a sender begins with a keyframe

  // A request is about to go out: may it?
  bool allow(Nanos now) {
    Nanos last = last_.load();
    if (now - last < kMinInterval || !last_.compare_exchange_strong(last, now)) {
      wanted_ = true;
      return false;
    }
    wanted_ = false;
    return true;
  }
  void want() { wanted_ = true; }
  void onDecoded(Nanos now) { decoded_ = now; }
  // A packet arrived: should a request be sent now (through allow())?
  bool onPacket(Nanos now) {
    Nanos unset{0};
    first_.compare_exchange_strong(unset, now);
    const Nanos sinceLast = now - last_.load();
    if (sinceLast < kMinInterval) return false;
    if (wanted_) return true;
    const Nanos decoded = decoded_;
    if (decoded == Nanos{0}) return now - first_.load() >= kFirstWithin;
    return sinceLast >= kUndecodedFor && now - decoded >= kUndecodedFor;
  }

 private:
  std::atomic<Nanos> last_{Nanos::min() / 2};
  std::atomic<Nanos> first_{Nanos{0}};    // packet; 0: none yet
  std::atomic<Nanos> decoded_{Nanos{0}};  // last frame; 0: none yet
  std::atomic<bool> wanted_{false};
};

}  // namespace tessera
