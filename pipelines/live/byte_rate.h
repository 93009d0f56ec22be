// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>

namespace tessera {

// A bitrate over the last seconds, from a counter that is looked at once in a while.
class ByteRate {
 public:
  static constexpr std::chrono::seconds kOver{4};

  int kbps(std::int64_t totalBytes, std::chrono::nanoseconds now) {
    seen_.push_back({totalBytes, now});
    while (seen_.size() > 2 && now - seen_.front().at > kOver) seen_.pop_front();
    const auto time = std::chrono::duration<double, std::milli>(now - seen_.front().at).count();
    if (time <= 0) return 0;
    return static_cast<int>(static_cast<double>(totalBytes - seen_.front().bytes) * 8 / time);
  }
  void reset() { seen_.clear(); }

 private:
  struct Seen {
    std::int64_t bytes;
    std::chrono::nanoseconds at;
  };
  std::deque<Seen> seen_;
};

}  // namespace tessera
