// SPDX-License-Identifier: Apache-2.0
#include "base/main_loop.h"

#include <glib-unix.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

namespace tessera {
namespace {

std::atomic<std::thread::id> mainThread;

struct Callback {
  std::function<void()> task;
  bool repeat;
  unsigned* sourceId;  // the timer's own, cleared when a one-shot has fired
};

// Tasks wait here, under a lock of ours, and one descriptor wakes the main loop: it is readable for as long
// as any wait. Made at the first use and never destroyed, since threads may post during exit.
class PostQueue {
 public:
  static PostQueue& instance() {
    static auto* queue = new PostQueue;
    return *queue;
  }

  void push(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    if (tasks_.size() == 1 && eventfd_write(fd_, 1) != 0) std::abort();
  }

 private:
  PostQueue() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) std::abort();
    GSource* source = g_unix_fd_source_new(fd_, G_IO_IN);
    g_source_set_can_recurse(source, TRUE);  // a task may run the main loop
    const GUnixFDSourceFunc dispatch = [](gint, GIOCondition, gpointer self) -> gboolean {
      static_cast<PostQueue*>(self)->runWaiting();
      return G_SOURCE_CONTINUE;
    };
    g_source_set_callback(source, G_SOURCE_FUNC(dispatch), this, nullptr);
    g_source_attach(source, nullptr);
    g_source_unref(source);
  }

  // Those that wait now; what they post has its turn after other sources of the loop had theirs.
  void runWaiting() {
    for (std::size_t count = waiting(); count > 0; --count) {
      const auto task = pop();
      if (!task) return;  // a nested main loop was faster
      task();
    }
  }

  std::size_t waiting() {
    const std::lock_guard lock(mutex_);
    return tasks_.size();
  }

  std::function<void()> pop() {
    const std::lock_guard lock(mutex_);
    if (tasks_.empty()) return nullptr;
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    eventfd_t ignored = 0;
    if (tasks_.empty()) eventfd_read(fd_, &ignored);
    return task;
  }

  std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;
  int fd_;
};

}  // namespace

void post(std::function<void()> task) {
  PostQueue::instance().push(std::move(task));
}

void bindMainThread() {
  PostQueue::instance();
  mainThread = std::this_thread::get_id();
}
bool onMainThread() {
  return mainThread.load() == std::this_thread::get_id();
}
void assertMainThread() {
  if (!onMainThread()) g_error("called off the main thread");
}

void Timer::every(std::chrono::milliseconds interval, std::function<void()> task) {
  start(interval, std::move(task), true);
}
void Timer::once(std::chrono::milliseconds delay, std::function<void()> task) {
  start(delay, std::move(task), false);
}

void Timer::start(std::chrono::milliseconds interval, std::function<void()> task, bool repeat) {
  stop();
  auto* callback = new Callback{std::move(task), repeat, &sourceId_};
  sourceId_ = g_timeout_add_full(
      G_PRIORITY_DEFAULT, static_cast<guint>(std::max<std::int64_t>(interval.count(), 0)),
      [](gpointer data) -> gboolean {
        auto* self = static_cast<Callback*>(data);
        if (self->repeat) {
          self->task();
          return G_SOURCE_CONTINUE;
        }
        *self->sourceId = 0;  // before the task, which may start or destroy the timer
        self->task();
        return G_SOURCE_REMOVE;
      },
      callback, [](gpointer data) { delete static_cast<Callback*>(data); });
}

void Timer::stop() {
  if (sourceId_) g_source_remove(std::exchange(sourceId_, 0));
}

}  // namespace tessera
