// SPDX-License-Identifier: Apache-2.0
#include "pipelines/fanout/worker_pool.h"

#include <pthread.h>

#include <algorithm>

#include "base/thread_priority.h"

namespace tessera {

WorkerPool::WorkerPool(Clock clock, int threads) {
  queue_->clock = std::move(clock);
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

void WorkerPool::lookAtClock() {
  const std::lock_guard lock(queue_->mutex);
  if (!queue_->alarms.empty() && queue_->alarms.top().at <= queue_->clock()) queue_->wake.notify_one();
}

void WorkerPool::work(const std::shared_ptr<Queue>& queue) {
  std::unique_lock lock(queue->mutex);
  while (true) {
    await(*queue, lock);
    if (queue->stopping) break;
    std::shared_ptr<Strand> strand = std::move(queue->ready.front());
    queue->ready.pop_front();
    lock.unlock();
    const auto again = strand->run();
    lock.lock();
    if (again) putBack(*queue, std::move(strand), *again);
    if (forgetReplaced(*queue)) {
      if (again) queue->wake.notify_one();
      return;
    }
  }
  if (forgetReplaced(*queue)) return;
  --queue->alive;
  queue->ended.notify_all();
}

void WorkerPool::await(Queue& queue, std::unique_lock<std::mutex>& lock) {
  ++queue.idle;
  while (true) {
    ring(queue);
    if (queue.stopping || !queue.ready.empty()) break;
    if (queue.alarms.empty()) {
      queue.wake.wait(lock);
    } else {
      queue.wake.wait_for(lock, queue.alarms.top().at - queue.clock());
    }
  }
  --queue.idle;
}

void WorkerPool::ring(Queue& queue) {
  const Nanos now = queue.alarms.empty() ? Nanos(0) : queue.clock();
  while (!queue.alarms.empty() && queue.alarms.top().at <= now) {
    std::shared_ptr<Strand> strand = queue.alarms.top().strand;
    queue.alarms.pop();
    if (!strand->onTime()) continue;
    if (!queue.ready.empty()) queue.wake.notify_one();  // one for this thread, others for the others
    queue.ready.push_back(std::move(strand));
  }
}

void WorkerPool::putBack(Queue& queue, std::shared_ptr<Strand> strand, Nanos again) {
  if (again == kAtOnce) {
    queue.ready.push_back(std::move(strand));
    return;
  }
  queue.alarms.push({again, std::move(strand)});
  if (queue.idle > 0) queue.wake.notify_one();  // to wait for that long, should this one be held up
}

bool WorkerPool::forgetReplaced(Queue& queue) {
  return std::erase(queue.replaced, std::this_thread::get_id()) > 0;
}

}  // namespace tessera
