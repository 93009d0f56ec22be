// SPDX-License-Identifier: Apache-2.0
#include "pipelines/fanout/worker_pool.h"

#include <pthread.h>

#include <algorithm>

#include "base/thread_priority.h"

namespace tessera {

WorkerPool::WorkerPool(int threads) {
  for (int i = 0; i < threads; ++i) startThread();
}

WorkerPool::~WorkerPool() {
  std::unique_lock lock(queue_->mutex);
  queue_->stopping = true;
  queue_->wake.notify_all();
  const bool ended = queue_->ended.wait_for(lock, kStopLimit, [&] { return queue_->alive == 0; });
  lock.unlock();
  for (std::thread& thread : threads_) ended ? thread.join() : thread.detach();
}

void WorkerPool::startThread() {
  {
    const std::lock_guard lock(queue_->mutex);
    ++queue_->alive;
  }
  threads_.emplace_back([queue = queue_] {
    pthread_setname_np(pthread_self(), "fan-out");
    preferThisThread(Precedence::ahead);  // sound goes this way
    work(queue);
  });
}

void WorkerPool::schedule(Strands strands) {
  if (strands.empty()) return;
  int toWake = 0;
  {
    const std::lock_guard lock(queue_->mutex);
    for (auto& strand : strands) queue_->ready.push_back(std::move(strand));
    toWake = std::min<int>(queue_->idle, static_cast<int>(strands.size()));
  }
  for (int i = 0; i < toWake; ++i) queue_->wake.notify_one();
}

void WorkerPool::replace(std::thread::id heldUp) {
  const std::lock_guard lock(mutex_);
  const auto thread = std::ranges::find(threads_, heldUp, &std::thread::get_id);
  if (thread == threads_.end()) return;
  {
    const std::lock_guard queueLock(queue_->mutex);
    queue_->replaced.push_back(heldUp);
    --queue_->alive;
  }
  thread->detach();
  threads_.erase(thread);
  startThread();
}

int WorkerPool::threads() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(threads_.size());
}

void WorkerPool::work(const std::shared_ptr<Queue>& queue) {
  std::unique_lock lock(queue->mutex);
  while (true) {
    ++queue->idle;
    queue->wake.wait(lock, [&] { return queue->stopping || !queue->ready.empty(); });
    --queue->idle;
    if (queue->stopping) break;
    const std::shared_ptr<Strand> strand = std::move(queue->ready.front());
    queue->ready.pop_front();
    lock.unlock();
    const bool more = strand->run();
    lock.lock();
    if (more) queue->ready.push_back(strand);
    if (forgetReplaced(*queue)) {
      if (more) queue->wake.notify_one();
      return;
    }
  }
  if (forgetReplaced(*queue)) return;
  --queue->alive;
  queue->ended.notify_all();
}

bool WorkerPool::forgetReplaced(Queue& queue) {
  return std::erase(queue.replaced, std::this_thread::get_id()) > 0;
}

}  // namespace tessera
