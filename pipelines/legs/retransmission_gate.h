// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <span>

#include "room/bandwidth_estimator.h"

namespace tessera {

// Which of the packets that a receiver misses are sent to it again. Browsers ask for each that is missing,
// again and again; on a way that has become narrow the answers would take all of it, sound included. So: not
// again before the first answer can have arrived, nothing from before the last keyframe, and within a share
// of what is sent anyway. What cannot be had any more makes the rest useless, so that a keyframe is due: at
// once, since a receiver would wait in vain for seconds before it asks for one. Thread-safe.
class RetransmissionGate {
 public:
  using Nanos = std::chrono::nanoseconds;
  static constexpr Nanos kLeastInterval = std::chrono::milliseconds(50);  // or the round trip
  static constexpr double kShare = 0.25;         // of the bytes sent; saved up for a second of them
  static constexpr double kLeastSavings = 4000;  // bytes
  // So old, as after an outage, that the picture has stood still for long, or three round trips.
  static constexpr Nanos kTooOld = std::chrono::milliseconds(500);
  static constexpr Nanos kKeyframeEvery = std::chrono::seconds(1);  // at most
  // What one costs more where a queue is full already, so that further packets are no help.
  static constexpr double kCongestedPrice = 5;

  void sendsWith(std::uint32_t ssrc);
  // Packets that have been sent, by the sequence number of the first.
  void onSent(std::uint16_t first, std::span<const std::size_t> bytes, bool keyframeBegins, Nanos now);
  enum class Answer { send, nothing, keyframe };
  // The receiver asks for one again.
  Answer ask(std::uint32_t ssrc, std::uint16_t sequence, NetworkState network, Nanos now);

 private:
  static constexpr std::uint16_t kRemembered = 500;  // as many as GStreamer's rtprtxsend
  struct Packet {
    std::size_t bytes = 0;
    Nanos sent{0};
    Nanos answered{0};  // 0: never
  };
  Packet& packet(std::uint16_t sequence) { return packets_[sequence % packets_.size()]; }
  Answer askForKeyframe(Nanos now);

  std::mutex mutex_;
  std::uint32_t ssrc_ = 0;
  std::array<Packet, 512> packets_;
  std::uint16_t next_ = 0;    // after the last that was sent
  std::uint16_t useful_ = 0;  // so many before it are not older than the last keyframe, if not more
  double recent_ = 0;         // bytes sent in the last second or so
  double savings_ = kLeastSavings;
  Nanos sent_{0};      // when, the last
  Nanos keyframe_{0};  // when one was asked for last; 0: never
};

}  // namespace tessera
