// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <span>
#include <vector>

#include "support/media_probes.h"

namespace tessera::test {

// When something begins. Filled on a streaming thread, read by the test.
class Onsets {
 public:
  void look(bool on, mix::Nanos time) {
    const std::lock_guard lock(mutex_);
    if (on && !on_) times_.push_back(time);
    on_ = on;
  }
  // By 5 ms.
  void listen(std::span<const std::int16_t> samples, mix::Nanos time) {
    constexpr std::size_t kLook = 240;
    for (; samples.size() >= kLook; samples = samples.subspan(kLook), time += std::chrono::milliseconds(5))
      look(std::ranges::any_of(samples.first(kLook), [](std::int16_t s) { return std::abs(s) > 4000; }),
           time);
  }
  std::vector<mix::Nanos> times() const {
    const std::lock_guard lock(mutex_);
    return times_;
  }

 private:
  mutable std::mutex mutex_;
  bool on_ = false;
  std::vector<mix::Nanos> times_;
};

// How much later than each flash its beep came, of all but the last flash, whose beep may be on its way.
inline std::vector<mix::Nanos> soundLater(const Onsets& flashes, const Onsets& beeps) {
  std::vector<mix::Nanos> later;
  auto seen = flashes.times();
  const auto heard = beeps.times();
  if (seen.empty() || heard.empty()) return later;
  seen.pop_back();
  for (const mix::Nanos time : seen) {
    const auto nearest =
        std::ranges::min_element(heard, {}, [&](mix::Nanos t) { return std::chrono::abs(t - time); });
    later.push_back(*nearest - time);
  }
  return later;
}

}  // namespace tessera::test
