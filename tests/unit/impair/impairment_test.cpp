// SPDX-License-Identifier: Apache-2.0
#include "support/impair/impairment.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

namespace tessera::impair {
namespace {

using std::chrono::milliseconds;
using Nanos = Impairment::Nanos;

constexpr int kPayload = 972;  // 1000 bytes with IP and UDP headers

struct Arrival {
  int number;
  double atMs;
};

// A link that is fed with numbered packets, on a clock of its own.
class Link {
 public:
  explicit Link(const LinkSettings& settings, std::uint64_t seed = 1) : impairment_(seed) {
    impairment_.set(settings, now_);
  }

  // `count` packets, one every `every`.
  void send(int count, milliseconds every, int payload = kPayload) {
    for (int i = 0; i < count; ++i) {
      runUntil(now_);
      std::vector<std::uint8_t> data(static_cast<std::size_t>(payload));
      std::memcpy(data.data(), &sent_, sizeof sent_);
      ++sent_;
      impairment_.push({std::move(data), 7}, now_);
      runUntil(now_ + every);
    }
  }
  void run(milliseconds time) { runUntil(now_ + time); }
  void set(const LinkSettings& settings) { impairment_.set(settings, now_); }

  const std::vector<Arrival>& arrivals() const { return arrivals_; }
  std::vector<int> numbers() const {
    std::vector<int> result;
    for (const Arrival& one : arrivals_) result.push_back(one.number);
    return result;
  }
  LinkCounts counts() { return impairment_.takeCounts(); }
  double nowMs() const { return static_cast<double>(now_.count()) / 1e6; }

 private:
  void runUntil(Nanos end) {
    for (;;) {
      const auto due = impairment_.due();
      if (due && *due <= end) now_ = std::max(now_, *due);
      const auto packet = impairment_.pop(now_);
      if (packet) {
        int number = 0;
        std::memcpy(&number, packet->data.data(), sizeof number);
        EXPECT_EQ(packet->client, 7);
        arrivals_.push_back({number, nowMs()});
      } else if (!due || *due > end) {
        break;
      }
    }
    now_ = std::max(now_, end);
  }

  Impairment impairment_;
  Nanos now_{std::chrono::seconds(100)};
  int sent_ = 0;
  std::vector<Arrival> arrivals_;
};

bool inOrder(const std::vector<int>& numbers) {
  return std::is_sorted(numbers.begin(), numbers.end());
}

// Lengths of the runs of numbers that are missing.
std::vector<int> missingRuns(const std::vector<int>& numbers) {
  std::vector<int> runs;
  for (std::size_t i = 1; i < numbers.size(); ++i)
    if (numbers[i] - numbers[i - 1] > 1) runs.push_back(numbers[i] - numbers[i - 1] - 1);
  return runs;
}

TEST(ImpairmentTest, IsPerfectByDefault) {
  Link link({});
  const double start = link.nowMs();
  link.send(100, milliseconds(1));
  ASSERT_EQ(link.arrivals().size(), 100U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(link.arrivals()[static_cast<std::size_t>(i)].number, i);
    EXPECT_DOUBLE_EQ(link.arrivals()[static_cast<std::size_t>(i)].atMs, start + i);
  }
  const auto counts = link.counts();
  EXPECT_EQ(counts.packetsIn, 100U);
  EXPECT_EQ(counts.bytesIn, 100'000U);
  EXPECT_EQ(counts.bytesOut, 100'000U);
  EXPECT_EQ(link.counts().packetsIn, 0U) << "counts are since the last time";
}

TEST(ImpairmentTest, LosesTheShareThatIsAskedForEachForItself) {
  Link link({.lossPercent = 5});
  link.send(20'000, milliseconds(1));
  const double lost = 20'000 - static_cast<double>(link.arrivals().size());
  EXPECT_NEAR(lost / 20'000, 0.05, 0.006);
  EXPECT_EQ(link.counts().lost, static_cast<std::uint64_t>(lost));
  const auto runs = missingRuns(link.numbers());
  EXPECT_NEAR(lost / static_cast<double>(runs.size()), 1 / 0.95, 0.03);
}

TEST(ImpairmentTest, LosesInBurstsOfTheLengthThatIsAskedFor) {
  Link link({.lossPercent = 10, .burstPackets = 8});
  link.send(50'000, milliseconds(1));
  const double lost = 50'000 - static_cast<double>(link.arrivals().size());
  EXPECT_NEAR(lost / 50'000, 0.10, 0.02);
  EXPECT_NEAR(lost / static_cast<double>(missingRuns(link.numbers()).size()), 8, 1);
}

TEST(ImpairmentTest, TheSameSeedDoesTheSame) {
  const LinkSettings settings{.lossPercent = 20, .delayMs = 30, .jitterMs = 20, .jitterReorders = true};
  Link one(settings, 5), same(settings, 5), other(settings, 6);
  for (Link* link : {&one, &same, &other}) {
    link->send(500, milliseconds(3));
    link->run(milliseconds(100));
  }
  EXPECT_EQ(one.numbers(), same.numbers());
  EXPECT_NE(one.numbers(), other.numbers());
}

TEST(ImpairmentTest, PassesNoMoreThanItsRate) {
  Link link({.kbps = 200, .queueMs = 300});
  const double start = link.nowMs();
  link.send(500, milliseconds(10));  // 800 kbit/s for 5 s
  const auto counts = link.counts();
  EXPECT_NEAR(static_cast<double>(counts.bytesOut) * 8 / 5000, 200, 2) << "kbit/s";
  EXPECT_NEAR(counts.queueMs, 300, 41) << "a full queue, up to a packet of 40 ms";
  EXPECT_LE(counts.queueMs, 300);
  EXPECT_EQ(counts.packetsIn, 500U);
  EXPECT_EQ(counts.queueFull + counts.packetsOut + 6, 500U)
      << "the others wait: 300 ms hold 7, less the one just out";
  EXPECT_DOUBLE_EQ(link.arrivals().front().atMs, start + 40) << "1000 bytes at 200 kbit/s";
  EXPECT_TRUE(inOrder(link.numbers()));
}

TEST(ImpairmentTest, BoundsItsQueueInBytes) {
  Link link({.kbps = 100, .queueBytes = 5000});
  link.send(20, milliseconds(0));
  EXPECT_EQ(link.counts().queueFull, 15U);
  link.run(milliseconds(1000));
  EXPECT_EQ(link.arrivals().size(), 5U);
}

TEST(ImpairmentTest, APacketLargerThanTheQueuePassesAnEmptyOne) {
  Link link({.kbps = 100, .queueMs = 10});
  link.send(2, milliseconds(1000));
  EXPECT_EQ(link.arrivals().size(), 2U);
}

TEST(ImpairmentTest, WhatWaitsGoesAtOnceWhenTheLimitIsLifted) {
  Link link({.kbps = 10, .queueMs = 10'000});
  link.send(5, milliseconds(0));
  link.run(milliseconds(100));
  EXPECT_TRUE(link.arrivals().empty()) << "a packet takes 800 ms";
  link.set({});
  link.run(milliseconds(0));
  EXPECT_EQ(link.arrivals().size(), 5U);
}

TEST(ImpairmentTest, DelaysWithJitterAndKeepsTheOrder) {
  Link link({.delayMs = 50, .jitterMs = 20});
  const double start = link.nowMs();
  link.send(1000, milliseconds(20));
  link.run(milliseconds(100));
  ASSERT_EQ(link.arrivals().size(), 1000U);
  EXPECT_TRUE(inOrder(link.numbers()));
  double least = 1e9, most = 0, sum = 0;
  for (const Arrival& one : link.arrivals()) {
    const double delay = one.atMs - start - 20.0 * one.number;
    least = std::min(least, delay);
    most = std::max(most, delay);
    sum += delay;
  }
  EXPECT_GE(least, 30);
  EXPECT_LT(least, 32);
  EXPECT_LE(most, 70);
  EXPECT_GT(most, 68);
  EXPECT_NEAR(sum / 1000, 52, 3) << "a little more than the mean: the late hold up those behind";
}

TEST(ImpairmentTest, JitterReordersWhenAsked) {
  Link link({.delayMs = 50, .jitterMs = 20, .jitterReorders = true});
  link.send(200, milliseconds(5));
  link.run(milliseconds(100));
  EXPECT_EQ(link.arrivals().size(), 200U);
  EXPECT_FALSE(inOrder(link.numbers()));
}

TEST(ImpairmentTest, HoldsBackTheShareThatIsToBeOvertaken) {
  Link link({.reorderPercent = 10, .reorderMs = 25});
  link.send(2000, milliseconds(10));
  link.run(milliseconds(100));
  const auto numbers = link.numbers();
  ASSERT_EQ(numbers.size(), 2000U);
  int steps = 0;
  for (std::size_t i = 1; i < numbers.size(); ++i) steps += numbers[i] < numbers[i - 1];
  EXPECT_NEAR(static_cast<double>(link.counts().reordered), 200, 40);
  EXPECT_GT(steps, 100);
}

TEST(ImpairmentTest, DuplicatesTheShareThatIsAskedFor) {
  Link link({.duplicatePercent = 10});
  link.send(2000, milliseconds(1));
  const auto counts = link.counts();
  EXPECT_NEAR(static_cast<double>(counts.duplicated), 200, 40);
  EXPECT_EQ(link.arrivals().size(), 2000 + counts.duplicated);
}

TEST(ImpairmentTest, NothingPassesDuringAnOutage) {
  Link link({.delayMs = 50});
  link.send(10, milliseconds(10));  // four of them are still on the way at its end
  link.set({.delayMs = 50, .outage = true});
  link.send(10, milliseconds(10));
  EXPECT_EQ(link.arrivals().size(), 6U);
  EXPECT_EQ(link.counts().outage, 14U);
  link.set({});
  link.send(10, milliseconds(10));
  EXPECT_EQ(link.arrivals().size(), 16U);
  EXPECT_EQ(link.arrivals().back().number, 29);
}

TEST(ImpairmentTest, ForgetsWhatALongDelayPilesUp) {
  Link link({.delayMs = 60'000});
  link.send(21'000, milliseconds(0), 8);
  EXPECT_EQ(link.counts().queueFull, 1000U);
}

}  // namespace
}  // namespace tessera::impair
