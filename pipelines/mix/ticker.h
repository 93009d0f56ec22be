// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "pipelines/mix/tick_phase.h"

namespace tessera::mix {

// Calls a function by the clock on a thread of its own, with absolute deadlines: late calls do not add up.
// After an overrun the newest tick that is due is made at once and those before it are skipped and counted;
// there is never a second in a row without sleep in between, however long the calls take. Each call gets its
// deadline (CLOCK_MONOTONIC), which lies on the regular grid whatever the scheduler did.
class Ticker {
 public:
  using Function = std::function<void(Nanos tick)>;

  // `name`: of the thread, at most 15 characters. `phase` (may be null) moves the grid.
  Ticker(const std::string& name, Nanos interval, Function function,
         std::shared_ptr<const TickPhase> phase = nullptr);
  ~Ticker() { stop(); }
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  // From the next tick on; the phase has its own. Any thread.
  void setInterval(Nanos interval) { interval_.store(interval, std::memory_order_relaxed); }

  void stop();  // returns once no call is under way or to come; not from the function itself
  std::uint64_t ticks() const { return ticks_.load(std::memory_order_relaxed); }
  std::uint64_t missed() const { return missed_.load(std::memory_order_relaxed); }

 private:
  void run();
  Nanos following(Nanos deadline) const;

  std::atomic<Nanos> interval_;
  const Function function_;
  const std::shared_ptr<const TickPhase> phase_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> ticks_{0}, missed_{0};
  std::thread thread_;
};

}  // namespace tessera::mix
