// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <chrono>

namespace tessera {

// How long to wait before the next try: 1 s, doubling to 30 s, a quarter more or less by chance, so that
// outputs that lost the same server do not come back in step.
class BackOff {
 public:
  static constexpr std::chrono::milliseconds kFirst{1000};
  static constexpr std::chrono::milliseconds kMost{30000};
  static constexpr std::chrono::seconds kGoodAfter{30};  // of success; then it begins at kFirst again

  // `chance`: 0 to 1.
  std::chrono::milliseconds next(double chance) {
    const auto wait = std::chrono::milliseconds(
        static_cast<long>(static_cast<double>(wait_.count()) * (0.75 + 0.5 * chance)));
    wait_ = std::min(wait_ * 2, kMost);
    return std::min(wait, kMost);
  }
  void reset() { wait_ = kFirst; }

 private:
  std::chrono::milliseconds wait_ = kFirst;
};

}  // namespace tessera
