// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "load/figures.h"

namespace tessera::load {

// When each frame of a clip was last sent, by its number in the clip modulo `size`. Written by the sending
// thread, read by those that receive.
class SendLog {
 public:
  explicit SendLog(std::size_t size) : sentAt_(size) {}

  void sent(std::size_t frame, TimePoint at) {
    sentAt_[frame % sentAt_.size()].store(at.time_since_epoch().count(), std::memory_order_release);
  }
  // Nothing when it was not sent within `within` before `now`; `now` when its last packet came in before the
  // one who sent it had written that down.
  std::optional<TimePoint> when(std::size_t frame, TimePoint now, Milliseconds within) const {
    const TimePoint at{Clock::duration(sentAt_[frame % sentAt_.size()].load(std::memory_order_acquire))};
    if (at == TimePoint{} || Milliseconds(now - at) > within) return std::nullopt;
    return std::min(at, now);
  }

 private:
  std::vector<std::atomic<Clock::rep>> sentAt_;
};

// What one sender's tracks write.
struct SendLogs {
  std::shared_ptr<SendLog> video, audio;
};

}  // namespace tessera::load
