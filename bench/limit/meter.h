// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <ctime>
#include <string>

namespace tessera::bench {

// What the work is divided into. In: what the senders send; out: what the receivers get.
enum class Part {
  receive,      // recvmsg of every packet in
  unprotect,    // SRTP of every packet in
  decodeVideo,  // each sender's frames
  scale,        // to the tile, into the canvas
  encodeVideo,  // the canvas, once
  decodeSound,  // each talker's packets
  mixSound,     // sums, and a mix without oneself for each talker
  encodeSound,  // K + 1
  protect,      // header, copy and SRTP of every packet out
  send,         // sendmsg of every packet out
};
inline constexpr std::size_t kParts = 10;
const char* titleOf(Part part);  // for people
const char* keyOf(Part part);    // for JSON

// Processor time (user and system) of the calling thread, by part.
class Meter {
 public:
  template <class Function>
  void time(Part part, Function work) {
    const std::chrono::nanoseconds before = now();
    work();
    spent_[static_cast<std::size_t>(part)] += now() - before;
  }
  void reset() { spent_ = {}; }
  double seconds(Part part) const {
    return std::chrono::duration<double>(spent_[static_cast<std::size_t>(part)]).count();
  }
  double total() const;

 private:
  static std::chrono::nanoseconds now() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
  }
  std::array<std::chrono::nanoseconds, kParts> spent_{};
};

}  // namespace tessera::bench
