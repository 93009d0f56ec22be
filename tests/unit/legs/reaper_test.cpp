// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/reaper.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <utility>
#include <vector>

#include "support/run_until.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::runUntil;

TEST(ReaperTest, RunsJobsInOrderOffTheMainThread) {
  Reaper reaper;
  std::vector<int> order;
  std::atomic<int> done = 0;
  std::atomic<bool> onMain = false;
  for (int i = 0; i < 5; ++i)
    reaper.bury("job", [&, i] {
      order.push_back(i);
      if (onMainThread()) onMain = true;
      ++done;
    });
  ASSERT_TRUE(runUntil([&] { return done == 5 && reaper.pending() == 0; }));
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
  EXPECT_FALSE(onMain);
  EXPECT_EQ(reaper.hung(), 0);
}

TEST(ReaperTest, DestroysTheJobOnItsThread) {
  std::thread::id where;
  {
    Reaper reaper;
    std::shared_ptr<int> captured(new int(1), [&](int* p) { where = std::this_thread::get_id(), delete p; });
    reaper.bury("job", [kept = std::move(captured)] {});
  }  // waits
  EXPECT_NE(where, std::thread::id());
  EXPECT_NE(where, std::this_thread::get_id());
}

TEST(ReaperTest, GoesOnAfterAJobThatHangs) {
  std::promise<void> letGo;
  std::vector<std::string> hungJobs;
  std::atomic<bool> second = false;
  std::atomic<bool> ended = false;
  {
    Reaper reaper([&](const std::string& what) { hungJobs.push_back(what); }, 100ms);
    reaper.bury("stuck", [&, gate = letGo.get_future().share()] {
      gate.wait();
      ended = true;
    });
    reaper.bury("fine", [&] { second = true; });
    EXPECT_TRUE(runUntil([&] { return second.load(); }));
    EXPECT_EQ(reaper.hung(), 1);
    EXPECT_EQ(hungJobs, std::vector<std::string>{"stuck"});
    EXPECT_TRUE(runUntil([&] { return reaper.pending() == 0; }));
  }
  letGo.set_value();
  EXPECT_TRUE(runUntil([&] { return ended.load(); }));
}

TEST(ReaperTest, EndsInLimitedTimeWhenAJobHangs) {
  std::promise<void> letGo;
  std::atomic<bool> ended = false;
  const auto start = std::chrono::steady_clock::now();
  {
    Reaper reaper({}, 100ms);
    reaper.bury("stuck", [&, gate = letGo.get_future().share()] {
      gate.wait();
      ended = true;
    });
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  letGo.set_value();
  EXPECT_TRUE(runUntil([&] { return ended.load(); }));
}

}  // namespace
}  // namespace tessera
