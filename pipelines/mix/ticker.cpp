// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/ticker.h"

#include <pthread.h>

#include <cerrno>
#include <ctime>
#include <utility>

namespace tessera::mix {
namespace {

Nanos clockNow() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

void sleepUntil(Nanos time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time);
  timespec until{};
  until.tv_sec = seconds.count();
  until.tv_nsec = (time - seconds).count();
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

}  // namespace

Ticker::Ticker(const std::string& name, Nanos interval, Function function,
               std::shared_ptr<const TickPhase> phase)
    : interval_(interval), function_(std::move(function)), phase_(std::move(phase)) {
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

void Ticker::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

Nanos Ticker::following(Nanos deadline) const {
  return phase_ ? phase_->next(deadline) : deadline + interval_.load(std::memory_order_relaxed);
}

void Ticker::run() {
  bool slept = true;
  for (Nanos deadline = clockNow() + interval_.load();; deadline = following(deadline)) {
    const Nanos interval = interval_.load(std::memory_order_relaxed);
    const Nanos late = clockNow() - deadline;
    if (late >= Nanos{0}) {
      // Once what is due is made at once. Then the next one waits: a thread of real-time priority that never
      // slept would keep its core.
      const auto skipped = late / interval + (slept ? 0 : 1);
      deadline += skipped * interval;
      missed_.fetch_add(static_cast<std::uint64_t>(skipped), std::memory_order_relaxed);
    }
    slept = late < Nanos{0} || !slept;
    sleepUntil(deadline);
    if (stopping_) return;
    function_(deadline);
    ticks_.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace tessera::mix
