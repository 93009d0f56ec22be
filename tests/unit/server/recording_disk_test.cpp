// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "base/main_loop.h"
#include "fakes.h"
#include "server/disk_thread.h"

namespace tessera::test {
namespace {

using server::DiskThread;

class Disk : public testing::Test {
 protected:
  Disk() { bindMainThread(); }
  ~Disk() override { release(); }
  void hang() {
    disk.run([held = held_.get_future().share()] { held.wait(); });
  }
  void release() {
    if (!std::exchange(released_, true)) held_.set_value();
  }
  // Everything that was taken before is done by then.
  bool drains() {
    auto done = std::make_shared<bool>(false);
    disk.run([] {}, [done] { *done = true; });
    return runUntil([&] { return *done; });
  }

 private:
  std::promise<void> held_;
  bool released_ = false;

 protected:
  DiskThread disk;
  std::shared_ptr<std::atomic<int>> jobs = std::make_shared<std::atomic<int>>(0);
  std::function<void()> job = [jobs = jobs] { ++*jobs; };
};

TEST_F(Disk, IsWaitedForWhenItAnswers) {
  EXPECT_TRUE(disk.runWithin(std::chrono::seconds(20), job, [] { FAIL() << "it was in time"; }));
  EXPECT_EQ(*jobs, 1);
}

TEST_F(Disk, IsNotWaitedForAgainWhileItHangs) {
  hang();
  EXPECT_FALSE(disk.runWithin(std::chrono::milliseconds(1), job, [] {}));
  EXPECT_FALSE(disk.runWithin(std::chrono::hours(1), job, [] {})) << "at once";
  release();
  ASSERT_TRUE(drains());
  EXPECT_EQ(*jobs, 0) << "nobody wants it any more";
  EXPECT_TRUE(disk.runWithin(std::chrono::seconds(20), job, [] {}));
}

TEST_F(Disk, WhatIsDoneTooLateIsUndone) {
  auto held = std::make_shared<std::promise<void>>();
  auto undone = std::make_shared<std::atomic<int>>(0);
  std::promise<void> begun;
  const auto slow = [&begun, future = held->get_future().share()] {
    begun.set_value();
    future.wait();
  };
  // Long enough that the job has begun for sure; it ends only after that.
  EXPECT_FALSE(disk.runWithin(std::chrono::milliseconds(500), slow, [undone] { ++*undone; }));
  begun.get_future().wait();
  held->set_value();
  ASSERT_TRUE(drains());
  EXPECT_EQ(*undone, 1);
}

TEST_F(Disk, HalfOfTheQueueIsForWhatMustNotBeLost) {
  hang();
  std::size_t taken = 0;
  for (; !disk.crowded(); ++taken) ASSERT_TRUE(disk.run([] {}));
  EXPECT_GE(taken + 1, DiskThread::kMaxWaiting / 2) << "the job that hangs may count";
  const std::size_t notes = taken;
  for (; disk.run([] {}); ++taken) ASSERT_LE(taken, DiskThread::kMaxWaiting + 1);
  EXPECT_GE(taken - notes, DiskThread::kMaxWaiting / 2);
  release();
}

}  // namespace
}  // namespace tessera::test
