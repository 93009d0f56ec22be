// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/ticker.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <vector>

namespace tessera::mix {
namespace {

using namespace std::chrono_literals;

Nanos clockNow() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

void workUntil(Nanos end) {
  while (clockNow() < end) std::this_thread::yield();
}

// Waits for a number of ticks, and keeps their times.
class Recorder {
 public:
  void add(Nanos tick) {
    const std::lock_guard lock(mutex_);
    ticks_.push_back(tick);
    changed_.notify_all();
  }
  std::vector<Nanos> waitFor(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 20s, [&] { return ticks_.size() >= count; });
    return ticks_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Nanos> ticks_;
};

TEST(Ticker, TicksOnItsGrid) {
  Recorder recorder;
  Ticker ticker("test", 5ms, [&](Nanos tick) { recorder.add(tick); });
  recorder.waitFor(20);
  ticker.stop();
  const auto ticks = recorder.waitFor(20);
  ASSERT_GE(ticks.size(), 20U);
  for (std::size_t i = 1; i < ticks.size(); ++i) {
    EXPECT_EQ((ticks[i] - ticks[0]) % 5ms, 0ms);
    EXPECT_GT(ticks[i], ticks[i - 1]);
  }
  const auto elapsed = static_cast<std::uint64_t>((ticks.back() - ticks.front()) / 5ms) + 1;
  EXPECT_LE(elapsed, ticks.size() + ticker.missed()) << "every tick was made or counted as missed";
}

TEST(Ticker, ChangesItsIntervalWhileItRuns) {
  Recorder recorder;
  Ticker ticker("test", 4ms, [&](Nanos tick) { recorder.add(tick); });
  const std::size_t before = recorder.waitFor(3).size();
  ticker.setInterval(10ms);
  const auto ticks = recorder.waitFor(before + 6);
  ticker.stop();
  ASSERT_GE(ticks.size(), before + 6);
  for (std::size_t i = ticks.size() - 3; i < ticks.size(); ++i)
    EXPECT_EQ((ticks[i] - ticks[i - 1]) % 10ms, 0ms) << "the new grid, from wherever the old one was";
}

// The function takes 3.5 intervals once: what was overrun is skipped and counted, not made up for.
TEST(Ticker, SkipsAfterAnOverrun) {
  Recorder recorder;
  int calls = 0;
  Ticker ticker("test", 20ms, [&](Nanos tick) {
    if (++calls == 3) workUntil(tick + 70ms);
    recorder.add(tick);
  });
  const auto ticks = recorder.waitFor(6);
  ticker.stop();
  ASSERT_GE(ticks.size(), 6U);
  EXPECT_GE(ticks[3] - ticks[2], 60ms);
  EXPECT_GE(ticker.missed(), 2U);
  EXPECT_GE(ticks[5] - ticks[3], 40ms) << "no burst";
}

// Each call takes 1.5 intervals: at most every other one follows at once.
TEST(Ticker, SleepsAfterTwoCallsHoweverLongTheyTake) {
  Recorder recorder;
  std::vector<Nanos> ends;
  Ticker ticker("test", 10ms, [&](Nanos tick) {
    workUntil(clockNow() + 15ms);
    ends.push_back(clockNow());
    recorder.add(tick);
  });
  recorder.waitFor(10);
  ticker.stop();
  const auto ticks = recorder.waitFor(10);
  ASSERT_GE(ticks.size(), 10U);
  for (std::size_t i = 1; i < ticks.size(); ++i) {
    const bool atOnce = ticks[i] <= ends[i - 1];
    EXPECT_FALSE(atOnce && i > 1 && ticks[i - 1] <= ends[i - 2]) << "two in a row without sleep";
    EXPECT_EQ((ticks[i] - ticks[0]) % 10ms, 0ms);
  }
  EXPECT_GE(ticker.missed(), ticks.size() / 3);
}

TEST(Ticker, MakesNoCallAfterStop) {
  std::atomic<int> calls{0};
  Recorder recorder;
  Ticker ticker("test", 2ms, [&](Nanos tick) {
    ++calls;
    recorder.add(tick);
  });
  recorder.waitFor(2);
  ticker.stop();
  const int atStop = calls;
  ticker.stop();  // again is harmless
  EXPECT_EQ(calls, atStop);
  EXPECT_EQ(ticker.ticks(), static_cast<std::uint64_t>(atStop));
}

TEST(Ticker, FollowsThePhase) {
  const auto phase = std::make_shared<TickPhase>(10ms);
  for (int i = 0; i < 50; ++i) phase->observe(i * 10ms + 4ms);
  Recorder recorder;
  Ticker ticker(
      "test", 10ms, [&](Nanos tick) { recorder.add(tick); }, phase);
  const auto ticks = recorder.waitFor(25);
  ticker.stop();
  ASSERT_GE(ticks.size(), 25U);
  EXPECT_NEAR(static_cast<double>((ticks.back() % 10ms).count()) / 1e6, 6.5, 0.6);
}

}  // namespace
}  // namespace tessera::mix
