// SPDX-License-Identifier: Apache-2.0
#include "signaling/file_readers.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "base/main_loop.h"

namespace tessera::signaling {

struct FileReaders::Shared {
  struct Job {
    std::function<void()> job, then;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> waiting;  // one for each request at most
  bool closing = false;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return closing || !waiting.empty(); });
      if (closing) return;
      Job next = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      next.job();
      next.job = nullptr;
      post(std::move(next.then));
      lock.lock();
    }
  }
};

FileReaders::FileReaders() : shared_(std::make_shared<Shared>()) {}

FileReaders::~FileReaders() {
  const std::lock_guard lock(shared_->mutex);
  shared_->closing = true;
  shared_->waiting.clear();
  shared_->changed.notify_all();
}

void FileReaders::run(std::function<void()> job, std::function<void()> then) {
  if (threads_ < kThreads) {
    ++threads_;
    std::thread([shared = shared_] { shared->work(); }).detach();
  }
  const std::lock_guard lock(shared_->mutex);
  shared_->waiting.push_back({std::move(job), std::move(then)});
  shared_->changed.notify_one();
}

}  // namespace tessera::signaling
