// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/reaper.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "base/log.h"

namespace tessera {
namespace {

using Clock = std::chrono::steady_clock;

struct Job {
  std::string what;
  std::function<void()> run;
};

}  // namespace

// Shared by the main thread and one worker thread; the thread keeps it alive when it has to be left behind.
struct Reaper::Worker {
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable idle;
  std::deque<Job> jobs;
  std::optional<Clock::time_point> startedAt;  // of the running job
  std::string running;
  bool stop = false;  // end once the queue is empty

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [this] { return stop || !jobs.empty(); });
      if (jobs.empty()) return;
      Job job = std::move(jobs.front());
      jobs.pop_front();
      running = job.what;
      startedAt = Clock::now();
      lock.unlock();
      job.run();
      job.run = nullptr;  // what it captured is destroyed here too, under the same watch
      lock.lock();
      startedAt.reset();
      idle.notify_all();
    }
  }

  bool busy() const { return startedAt || !jobs.empty(); }
};

Reaper::Reaper(std::function<void(const std::string&)> onHung, std::chrono::milliseconds limit)
    : onHung_(std::move(onHung)), limit_(limit) {
  startWorker();
}

Reaper::~Reaper() {
  watchdog_.stop();
  std::unique_lock lock(worker_->mutex);
  worker_->stop = true;
  worker_->wake.notify_all();
  while (worker_->busy()) {
    const auto deadline = worker_->startedAt.value_or(Clock::now()) + limit_;
    if (Clock::now() >= deadline) {
      log::error("teardown hangs at exit", {{"what", worker_->running}});
      return;
    }
    worker_->idle.wait_until(lock, deadline);
  }
}

void Reaper::bury(std::string what, std::function<void()> job) {
  assertMainThread();
  {
    const std::lock_guard lock(worker_->mutex);
    worker_->jobs.push_back({std::move(what), std::move(job)});
    worker_->wake.notify_one();
  }
  if (!watchdog_.running()) watchdog_.every(limit_ / 4, [this] { watch(); });
}

int Reaper::pending() const {
  const std::lock_guard lock(worker_->mutex);
  return static_cast<int>(worker_->jobs.size()) + (worker_->startedAt ? 1 : 0);
}

void Reaper::startWorker() {
  worker_ = std::make_shared<Worker>();
  std::thread([worker = worker_] { worker->run(); }).detach();
}

void Reaper::watch() {
  std::deque<Job> left;
  std::string what;
  {
    const std::lock_guard lock(worker_->mutex);
    if (!worker_->busy()) return watchdog_.stop();
    if (!worker_->startedAt || Clock::now() - *worker_->startedAt < limit_) return;
    what = worker_->running;
    left.swap(worker_->jobs);
    worker_->stop = true;
  }
  ++hung_;
  log::error("teardown hangs", {{"what", what}, {"hung", hung_}});
  startWorker();
  {
    const std::lock_guard lock(worker_->mutex);
    worker_->jobs = std::move(left);
    worker_->wake.notify_one();
  }
  if (onHung_) onHung_(what);
}

}  // namespace tessera
