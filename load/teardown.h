// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace tessera::load {

// Runs what may block (setting a pipeline to NULL) away from the main thread, one after the other. The
// thread is not joined when something hangs: it is left behind with what it uses.
class Teardown {
 public:
  Teardown();
  ~Teardown();  // gives what is under way kPatience
  Teardown(const Teardown&) = delete;
  Teardown& operator=(const Teardown&) = delete;

  void add(std::function<void()> task);
  bool waitIdle(std::chrono::milliseconds limit);  // false: something is still under way

  static constexpr std::chrono::seconds kPatience{5};

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> tasks;
    bool busy = false;
    bool stopping = false;
  };
  static void run(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::thread thread_;
};

}  // namespace tessera::load
