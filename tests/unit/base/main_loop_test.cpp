// SPDX-License-Identifier: Apache-2.0
#include "base/main_loop.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "run_until.h"

namespace tessera {
namespace {

using std::chrono::milliseconds;

TEST(Post, RunsInOrderAndNeverInline) {
  std::vector<int> order;
  for (int i = 0; i < 3; ++i) post([&order, i] { order.push_back(i); });
  EXPECT_TRUE(order.empty());
  EXPECT_TRUE(runUntil([&] { return order.size() == 3; }));
  EXPECT_EQ(order, (std::vector{0, 1, 2}));
}

TEST(Post, FromAnotherThreadRunsOnTheMainThread) {
  bindMainThread();
  std::optional<bool> onMain;
  std::thread poster([&] { post([&] { onMain = onMainThread(); }); });
  EXPECT_TRUE(runUntil([&] { return onMain.has_value(); }));
  poster.join();
  EXPECT_EQ(onMain, true);
}

TEST(Post, FromManyThreadsLosesNothingAndKeepsTheOrderOfEach) {
  constexpr int kThreads = 4, kTasks = 1000;
  std::array<int, kThreads> next{};
  int wrong = 0, done = 0;
  std::vector<std::thread> posters;
  for (int t = 0; t < kThreads; ++t)
    posters.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i)
        post([&, t, i] {
          if (next[static_cast<std::size_t>(t)]++ != i) ++wrong;
          ++done;
        });
    });
  EXPECT_TRUE(runUntil([&] { return done == kThreads * kTasks; }));
  for (std::thread& poster : posters) poster.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Post, ByATaskRunsInALaterTurn) {
  std::vector<int> order;
  post([&] {
    post([&] { order.push_back(2); });
    order.push_back(1);
  });
  EXPECT_TRUE(runUntil([&] { return order.size() == 2; }));
  EXPECT_EQ(order, (std::vector{1, 2}));
}

TEST(Post, ATaskMayRunTheMainLoop) {
  bool second = false, seen = false;
  post([&] { seen = runUntil([&] { return second; }); });
  post([&] { second = true; });
  EXPECT_TRUE(runUntil([&] { return seen; }));
}

TEST(Post, FreesItsTask) {
  auto token = std::make_shared<int>();
  const std::weak_ptr<int> alive = token;
  post([token = std::move(token)] {});
  runPending();
  EXPECT_TRUE(alive.expired());
}

TEST(MainThread, IsTheOneThatWasBound) {
  bindMainThread();
  assertMainThread();
  std::thread([] { EXPECT_FALSE(onMainThread()); }).join();
}

TEST(MainThreadDeathTest, IsAsserted) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_DEATH(
      {
        bindMainThread();
        std::thread([] { assertMainThread(); }).join();
      },
      "");
}

TEST(Timer, OnceFiresOnce) {
  int fired = 0;
  Timer timer;
  timer.once(milliseconds(0), [&] { ++fired; });
  EXPECT_TRUE(timer.running());
  EXPECT_TRUE(runUntil([&] { return fired == 1; }));
  EXPECT_FALSE(timer.running());
  runPending();
  EXPECT_EQ(fired, 1);
}

TEST(Timer, EveryRepeatsUntilStopped) {
  int fired = 0;
  Timer timer;
  timer.every(milliseconds(1), [&] { ++fired; });
  EXPECT_TRUE(runUntil([&] { return fired >= 3; }));
  timer.stop();
  const int before = fired;
  EXPECT_FALSE(timer.running());
  runPending();
  EXPECT_EQ(fired, before);
}

TEST(Timer, DestroyedDoesNotFire) {
  bool fired = false;
  {
    Timer timer;
    timer.once(milliseconds(0), [&] { fired = true; });
  }
  runPending();
  EXPECT_FALSE(fired);
}

TEST(Timer, NegativeDelayIsNow) {
  bool fired = false;
  Timer timer;
  timer.once(milliseconds(-5), [&] { fired = true; });
  EXPECT_TRUE(runUntil([&] { return fired; }));
}

TEST(Timer, MayBeRestartedByItsOwnTask) {
  int fired = 0;
  Timer timer;
  std::function<void()> again = [&] {
    if (++fired < 3) timer.once(milliseconds(0), again);
  };
  timer.once(milliseconds(0), again);
  EXPECT_TRUE(runUntil([&] { return fired == 3; }));
  EXPECT_FALSE(timer.running());
}

TEST(Timer, EveryMayBeReplacedByItsOwnTask) {
  int first = 0, second = 0;
  Timer timer;
  timer.every(milliseconds(1), [&] {
    ++first;
    timer.every(milliseconds(1), [&] { ++second; });
  });
  EXPECT_TRUE(runUntil([&] { return second >= 2; }));
  EXPECT_EQ(first, 1);
}

// The task is alive while it runs, even when it destroys the timer that owns it.
TEST(Timer, MayBeDestroyedByItsOwnTask) {
  for (const bool repeat : {false, true}) {
    auto timer = std::make_unique<Timer>();
    std::string seen;
    const auto task = [&timer, &seen, text = std::string(100, 'x')] {
      timer.reset();
      seen = text;
    };
    if (repeat)
      timer->every(milliseconds(1), task);
    else
      timer->once(milliseconds(1), task);
    EXPECT_TRUE(runUntil([&] { return !timer; }));
    EXPECT_EQ(seen, std::string(100, 'x'));
  }
}

struct Owner {
  int value = 7;
  WeakOwner<Owner> weak{this};
};

TEST(Weak, IsNullOnceItsOwnerIsGoneOrInvalidated) {
  EXPECT_EQ(Weak<Owner>().get(), nullptr);
  auto owner = std::make_unique<Owner>();
  const auto weak = owner->weak.get();
  EXPECT_EQ(weak.get(), owner.get());
  owner.reset();
  EXPECT_EQ(weak.get(), nullptr);

  Owner other;
  const auto second = other.weak.get();
  other.weak.invalidate();
  EXPECT_EQ(second.get(), nullptr);
  EXPECT_EQ(other.weak.get().get(), nullptr);
}

TEST(Weak, MakesALateTaskHarmless) {
  auto owner = std::make_unique<Owner>();
  int seen = 0;
  post([&seen, weak = owner->weak.get()] {
    if (const auto* self = weak.get()) seen = self->value;
  });
  owner.reset();
  runPending();
  EXPECT_EQ(seen, 0);
}

}  // namespace
}  // namespace tessera
