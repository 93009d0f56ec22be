// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <functional>
#include <memory>

namespace tessera {

// The main thread is the one that runs GLib's default main context. All state lives there.

// Runs `task` on the main thread, in order of posting. Any thread, never blocks, never runs it inline.
void post(std::function<void()> task);

bool onMainThread();
void bindMainThread();  // the calling thread becomes the main thread; first thing in each main()

// Aborts when called off the main thread: a broken invariant, not an error.
void assertMainThread();

// A repeating or one-shot timer of the main thread that stops when destroyed or reset.
class Timer {
 public:
  Timer() = default;
  ~Timer() { stop(); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void every(std::chrono::milliseconds interval, std::function<void()> task);
  void once(std::chrono::milliseconds delay, std::function<void()> task);
  void stop();
  bool running() const { return sourceId_ != 0; }

 private:
  void start(std::chrono::milliseconds interval, std::function<void()> task, bool repeat);
  unsigned sourceId_ = 0;
};

// Callbacks that may come late hold a Weak<T> made by the owner's WeakOwner and do nothing once it is gone:
//   post([weak = weak_.get()] { if (auto* self = weak.get()) self->onX(); });
// Main thread only for dereferencing; copying and destroying it is safe anywhere.
template <class T>
class Weak {
 public:
  Weak() = default;
  T* get() const {
    const auto alive = alive_.lock();
    return alive ? *alive : nullptr;
  }

 private:
  template <class U>
  friend class WeakOwner;
  explicit Weak(const std::shared_ptr<T*>& alive) : alive_(alive) {}
  std::weak_ptr<T*> alive_;
};

template <class T>
class WeakOwner {
 public:
  explicit WeakOwner(T* self) : alive_(std::make_shared<T*>(self)) {}
  WeakOwner(const WeakOwner&) = delete;
  WeakOwner& operator=(const WeakOwner&) = delete;
  Weak<T> get() const { return Weak<T>(alive_); }
  void invalidate() { alive_.reset(); }  // from now on every Weak is null

 private:
  std::shared_ptr<T*> alive_;
};

}  // namespace tessera
