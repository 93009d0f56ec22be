// SPDX-License-Identifier: Apache-2.0
#include "load/teardown.h"

namespace tessera::load {

Teardown::Teardown() : thread_([state = state_] { run(state); }) {}

Teardown::~Teardown() {
  const bool idle = waitIdle(kPatience);
  {
    const std::lock_guard lock(state_->mutex);
    state_->stopping = true;
  }
  state_->changed.notify_all();
  if (idle) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

void Teardown::add(std::function<void()> task) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->tasks.push_back(std::move(task));
  }
  state_->changed.notify_all();
}

bool Teardown::waitIdle(std::chrono::milliseconds limit) {
  std::unique_lock lock(state_->mutex);
  return state_->changed.wait_for(lock, limit, [this] { return state_->tasks.empty() && !state_->busy; });
}

void Teardown::run(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  while (true) {
    state->changed.wait(lock, [&] { return state->stopping || !state->tasks.empty(); });
    if (state->tasks.empty()) return;
    {
      const std::function<void()> task = std::move(state->tasks.front());
      state->tasks.pop_front();
      state->busy = true;
      lock.unlock();
      task();
    }  // what the task captured goes here, not under the lock
    lock.lock();
    state->busy = false;
    state->changed.notify_all();
  }
}

}  // namespace tessera::load
