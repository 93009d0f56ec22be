// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <thread>
#include <vector>

namespace tessera {

// A few threads that serve strands: a strand is run by one thread at a time, and again as long as it says
// that it has more, or when the time comes that it named. A thread that is held up inside a strand is given
// up by replace(): a new one takes its place, and it ends by itself when it comes back. Thread-safe.
class WorkerPool {
 public:
  using Nanos = std::chrono::nanoseconds;
  using Clock = std::function<Nanos()>;

  class Strand {
   public:
    virtual ~Strand() = default;
    // When to run it again: after the others when that has passed already; nothing: not by itself.
    virtual std::optional<Nanos> run() = 0;
    // The time that run() named has come. True: run it; false: it is scheduled already.
    virtual bool onTime() = 0;
  };
  static constexpr Nanos kAtOnce{0};
  static constexpr std::chrono::milliseconds kStopLimit{200};
  using Strands = std::vector<std::shared_ptr<Strand>>;

  WorkerPool(Clock clock, int threads);
  ~WorkerPool();  // waits kStopLimit for its threads; one that is held up longer ends by itself later
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void schedule(Strands strands);
  void replace(std::thread::id heldUp);  // the thread that runs a strand now
  void lookAtClock();                    // the clock may have gone on faster than a thread waited
  int threads() const;

 private:
  struct Alarm {
    Nanos at;
    std::shared_ptr<Strand> strand;
    bool operator<(const Alarm& other) const { return at > other.at; }  // the earliest on top
  };
  struct Queue {  // outlives the pool for threads that come back late
    std::mutex mutex;
    std::condition_variable wake;
    Clock clock;
    std::deque<std::shared_ptr<Strand>> ready;
    std::priority_queue<Alarm> alarms;
    std::vector<std::thread::id> replaced;
    int idle = 0;
    int alive = 0;  // without the replaced
    std::condition_variable ended;
    bool stopping = false;
  };

  static void work(const std::shared_ptr<Queue>& queue);
  // The following are called with the queue locked.
  static void await(Queue& queue, std::unique_lock<std::mutex>& lock);  // a strand that is ready, or the end
  static void ring(Queue& queue);                                       // makes ready whose time has come
  static void putBack(Queue& queue, std::shared_ptr<Strand> strand, Nanos again);
  static bool forgetReplaced(Queue& queue);  // true: the calling thread has been
  void startThread();

  std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
  mutable std::mutex mutex_;  // of threads_
  std::vector<std::thread> threads_;
};

}  // namespace tessera
