// SPDX-License-Identifier: Apache-2.0
#include "base/main_loop.h"

#include <glib.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
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

}  // namespace

void post(std::function<void()> task) {
  GSource* source = g_idle_source_new();
  g_source_set_priority(source, G_PRIORITY_DEFAULT);
  g_source_set_callback(
      source,
      [](gpointer data) -> gboolean {
        (*static_cast<std::function<void()>*>(data))();
        return G_SOURCE_REMOVE;
      },
      new std::function<void()>(std::move(task)),
      [](gpointer data) { delete static_cast<std::function<void()>*>(data); });
  g_source_attach(source, nullptr);
  g_source_unref(source);
}

void bindMainThread() {
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
