// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace tessera {

// A few threads that serve strands: a strand is run by one thread at a time, and again as long as it says
// that it has more. A thread that is held up inside a strand is given up by replace(): a new one takes its
// place, and it ends by itself when it comes back. Thread-safe.
class WorkerPool {
 public:
  class Strand {
   public:
    virtual ~Strand() = default;
    virtual bool run() = 0;  // true: more to do, run again after the others
  };
  static constexpr std::chrono::milliseconds kStopLimit{200};
  using Strands = std::vector<std::shared_ptr<Strand>>;

  explicit WorkerPool(int threads);
  ~WorkerPool();  // waits kStopLimit for its threads; one that is held up longer ends by itself later
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void schedule(Strands strands);
  void replace(std::thread::id heldUp);  // the thread that runs a strand now
  int threads() const;

 private:
  struct Queue {  // outlives the pool for threads that come back late
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<std::shared_ptr<Strand>> ready;
    std::vector<std::thread::id> replaced;
    int idle = 0;
    int alive = 0;  // without the replaced
    std::condition_variable ended;
    bool stopping = false;
  };

  static void work(const std::shared_ptr<Queue>& queue);
  static bool forgetReplaced(Queue& queue);  // true: the calling thread has been; the queue is locked
  void startThread();

  std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
  mutable std::mutex mutex_;  // of threads_
  std::vector<std::thread> threads_;
};

}  // namespace tessera
