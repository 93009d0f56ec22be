// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <memory>

namespace tessera::server {

// Does what waits for a disk, one job after the other, on a thread of its own: a disk that stands still holds
// up nobody but its own files. Main thread.
class DiskThread {
 public:
  static constexpr std::size_t kMaxWaiting = 10'000;     // jobs; further ones are dropped
  static constexpr std::chrono::seconds kStuckAfter{5};  // a job under way for this long
  static constexpr std::chrono::milliseconds kFinishIn{1'000};

  DiskThread();
  ~DiskThread();  // does what is waiting, but takes no longer than kFinishIn for it
  DiskThread(const DiskThread&) = delete;
  DiskThread& operator=(const DiskThread&) = delete;

  // `job` on the disk's thread, then `then` on the main thread. False when too much is waiting.
  bool run(std::function<void()> job, std::function<void()> then = {});
  bool stuck() const;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace tessera::server
