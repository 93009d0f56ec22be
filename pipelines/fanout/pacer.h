// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <optional>

namespace tessera {

// When a receiver's video may leave: at its pace, so that a keyframe is spread over some tens of milliseconds
// instead of filling the queue of a narrow network at once, in which sound would wait too. Frames of usual
// size pass as they come, if the pace is well above the bitrate. Pure.
class Pacer {
 public:
  using Nanos = std::chrono::nanoseconds;
  // What may leave at once, as time at the pace: at 2.5 times the bitrate three average frames at 30 fps.
  static constexpr Nanos kBurst = std::chrono::milliseconds(40);
  static constexpr Nanos kPart = std::chrono::milliseconds(5);  // what is waited for at least

  // 0: everything passes at once.
  void setPace(int kbps);

  struct Waiting {
    std::size_t bytes = 0;
    Nanos within{0};  // the pace goes up for them to be gone by then; 0: it does not
  };
  // When the next packet may leave: at once when nothing, so a time that has not come yet.
  std::optional<Nanos> next(const Waiting& waiting, Nanos now);
  bool mayGo() const { return pace_ == 0 || credit_ > 0; }  // one more packet, since next()
  void sent(std::size_t bytes) { credit_ -= pace_ == 0 ? 0 : static_cast<double>(bytes); }

 private:
  double pace_ = 0;    // bytes per second
  double credit_ = 0;  // bytes; below 0 what left beyond the pace
  Nanos at_{0};        // of credit_
};

}  // namespace tessera
