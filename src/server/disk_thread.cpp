// SPDX-License-Identifier: Apache-2.0
#include "server/disk_thread.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/log.h"
#include "base/main_loop.h"

namespace tessera::server {

using Clock = std::chrono::steady_clock;

// Outlives the DiskThread when the disk does not answer.
struct DiskThread::Shared {
  struct Job {
    std::function<void()> job, then;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> waiting;
  std::optional<Clock::time_point> since;  // of the job under way
  bool closing = false, closed = false;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return closing || !waiting.empty(); });
      if (waiting.empty()) break;
      Job next = std::move(waiting.front());
      waiting.pop_front();
      since = Clock::now();
      lock.unlock();
      next.job();
      next.job = nullptr;
      if (next.then) post(std::move(next.then));
      lock.lock();
      since.reset();
    }
    closed = true;
    changed.notify_all();
  }
};

DiskThread::DiskThread() : shared_(std::make_shared<Shared>()) {
  std::thread([shared = shared_] { shared->work(); }).detach();
}

DiskThread::~DiskThread() {
  std::unique_lock lock(shared_->mutex);
  shared_->closing = true;
  shared_->changed.notify_all();
  if (!shared_->changed.wait_for(lock, kFinishIn, [this] { return shared_->closed; }))
    log::error("the disk of the recordings does not answer", {{"jobs", shared_->waiting.size() + 1}});
}

bool DiskThread::run(std::function<void()> job, std::function<void()> then) {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->waiting.size() >= kMaxWaiting) return false;
  shared_->waiting.push_back({std::move(job), std::move(then)});
  shared_->changed.notify_all();
  return true;
}

struct DiskThread::Turn {
  std::mutex mutex;
  std::condition_variable changed;
  bool done = false, late = false;

  bool isLate() {
    const std::lock_guard lock(mutex);
    return late;
  }
  bool doneInTime() {
    const std::lock_guard lock(mutex);
    done = true;
    changed.notify_all();
    return !late;
  }
  bool wait(std::chrono::milliseconds limit) {
    std::unique_lock lock(mutex);
    late = !changed.wait_for(lock, limit, [this] { return done; });
    return !late;
  }
};

bool DiskThread::runWithin(std::chrono::milliseconds limit, std::function<void()> job,
                           std::function<void()> undo) {
  if (!late_.expired()) return false;
  const auto turn = std::make_shared<Turn>();
  const bool taken = run([turn, job = std::move(job), undo = std::move(undo)] {
    if (turn->isLate()) return;
    job();
    if (!turn->doneInTime()) undo();
  });
  if (!taken) return false;
  if (turn->wait(limit)) return true;
  late_ = turn;
  return false;
}

bool DiskThread::crowded() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->waiting.size() >= kMaxWaiting / 2;
}

bool DiskThread::stuck() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->since && Clock::now() - *shared_->since > kStuckAfter;
}

}  // namespace tessera::server
