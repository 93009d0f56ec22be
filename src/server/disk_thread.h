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
  // Waits for `job`. False when it takes longer than `limit`: then it is left out, or undone by `undo` on the
  // disk's thread; false at once as long as one before it is still late.
  bool runWithin(std::chrono::milliseconds limit, std::function<void()> job, std::function<void()> undo);
  bool stuck() const;
  bool crowded() const;  // the rest is for what must not be lost

 private:
  struct Shared;
  struct Turn;
  std::shared_ptr<Shared> shared_;
  std::weak_ptr<Turn> late_;
};

}  // namespace tessera::server
