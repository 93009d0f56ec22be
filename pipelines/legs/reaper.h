// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/main_loop.h"

namespace tessera {

// Does what may hang, above all setting a bin to NULL, on a thread of its own, one job after the other. A job
// that takes longer than its limit is counted as hung and left alone with its thread; a new thread goes on
// with the next. All calls on the main thread.
class Reaper {
 public:
  static constexpr std::chrono::milliseconds kLimit{5000};

  // `onHung` tells of each job given up.
  explicit Reaper(std::function<void(const std::string& what)> onHung = {},
                  std::chrono::milliseconds limit = kLimit);
  // Waits for the jobs that are queued, as long as none hangs; a hung job's thread stays behind.
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

  // Runs `job` on the reaper's thread and destroys it there. It must not post to objects that may be gone.
  void bury(std::string what, std::function<void()> job);

  int hung() const { return hung_; }
  int pending() const;  // queued or running, hung ones excluded

  struct Worker;

 private:
  void startWorker();
  void watch();

  std::function<void(const std::string&)> onHung_;
  std::chrono::milliseconds limit_;
  std::shared_ptr<Worker> worker_;
  int hung_ = 0;
  Timer watchdog_;
};

}  // namespace tessera
