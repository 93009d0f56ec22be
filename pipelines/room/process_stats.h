// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>

namespace tessera {

// What this process uses, for the heartbeat. Main thread.
class ProcessStats {
 public:
  static constexpr std::chrono::seconds kMemoryInterval{2};  // smaps_rollup walks all pages

  static double cpuSeconds();  // user and system since the start
  static int threads();        // 0 when /proc cannot be read
  std::int64_t pssBytes();     // at most kMemoryInterval old; 0 when unknown

 private:
  std::int64_t pssBytes_ = 0;
  std::chrono::steady_clock::time_point readAt_{};
};

}  // namespace tessera
