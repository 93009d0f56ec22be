// SPDX-License-Identifier: Apache-2.0
#include "room/bandwidth_estimator.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

namespace tessera {
namespace {

using namespace std::chrono_literals;
using Nanos = BandwidthEstimator::Nanos;

// A packet of 1000 bytes every 5 ms (1600 kbit/s) whose fate the test chooses, reported every 100 ms.
class BandwidthEstimatorTest : public testing::Test {
 protected:
  struct Fate {
    Nanos delay = 40ms;
    bool lost = false;
  };
  template <typename Choose>
  NetworkReport send(Nanos duration, Choose fate) {
    for (const Nanos end = now_ + duration; now_ < end; now_ += 5ms) {
      const Fate what = fate(packets_++);
      waiting_.push_back({now_, what.lost ? 0ns : now_ + what.delay + epoch_, 1000, what.lost, seq_++});
      if (waiting_.size() < 20) continue;
      estimator_.onFeedback(waiting_, now_ + 80ms);
      waiting_.clear();
    }
    return estimator_.report(now_ + 80ms);
  }
  NetworkReport well(Nanos duration) {
    return send(duration, [](int) { return Fate{}; });
  }
  // A queue that grows by so many milliseconds in a second.
  NetworkReport growing(Nanos duration, double msPerSecond) {
    const Nanos began = now_;
    return send(duration, [&](int) {
      return Fate{40ms + Nanos(static_cast<Nanos::rep>(static_cast<double>((now_ - began).count()) *
                                                       msPerSecond / 1000))};
    });
  }

  BandwidthEstimator estimator_;
  std::vector<PacketFeedback> waiting_;
  Nanos now_ = 5000s, epoch_ = 77h;
  int packets_ = 0;
  std::uint16_t seq_ = 65000;  // wraps soon
};

TEST_F(BandwidthEstimatorTest, NothingIsKnownAtFirst) {
  const NetworkReport report = estimator_.report(1s);
  EXPECT_FALSE(report.feedback);
  EXPECT_FALSE(report.congested);
  EXPECT_EQ(report.kbps, std::nullopt);
}

TEST_F(BandwidthEstimatorTest, WhatIsDeliveredIsNoLimit) {
  const NetworkReport report = well(20s);
  EXPECT_TRUE(report.feedback);
  EXPECT_NEAR(report.deliveredKbps, 1600, 20);
  EXPECT_EQ(report.kbps, std::nullopt);
  EXPECT_EQ(report.loss, 0);
}

TEST_F(BandwidthEstimatorTest, MeasuresFromTheBeginning) {
  EXPECT_NEAR(well(100ms).deliveredKbps, 1000, 700);
  EXPECT_NEAR(well(300ms).deliveredKbps, 1600, 100);
}

TEST_F(BandwidthEstimatorTest, AGrowingQueueIsCongestion) {
  well(5s);
  EXPECT_FALSE(growing(1500ms, 5).congested) << "a clock that drifts";
  well(5s);
  const NetworkReport report = growing(900ms, 150);
  EXPECT_TRUE(report.congested);
  ASSERT_TRUE(report.kbps);
  EXPECT_NEAR(*report.kbps, 0.85 * 1600 / 1.15, 80) << "what passes, and a reserve";
}

TEST_F(BandwidthEstimatorTest, TheSteeperTheSooner) {
  for (const auto& [msPerSecond, limit] :
       {std::pair{60, 1300ms}, {150, 700ms}, {400, 400ms}, {2000, 300ms}}) {
    well(25s);
    const Nanos began = now_;
    const auto queue = [&, per = msPerSecond](int) { return Fate{40ms + (now_ - began) / 1000 * per}; };
    while (!send(100ms, queue).congested && now_ - began < 3s) {
    }
    EXPECT_LE(now_ - began, limit) << msPerSecond;
  }
}

TEST_F(BandwidthEstimatorTest, ALimitIsForgottenWhenNothingConfirmsIt) {
  well(5s);
  growing(900ms, 150);
  ASSERT_TRUE(estimator_.report(now_).kbps);
  EXPECT_EQ(well(30s).kbps, std::nullopt);
}

TEST_F(BandwidthEstimatorTest, AQueueThatStaysIsCongestionForAWhile) {
  well(5s);
  const auto standing = [](int) { return Fate{200ms}; };
  send(600ms, standing);
  EXPECT_TRUE(send(900ms, standing).congested);
  send(5s, standing);
  EXPECT_FALSE(estimator_.report(now_).congested) << "then it is the way itself";
}

TEST_F(BandwidthEstimatorTest, JitterIsNone) {
  std::mt19937 random(3);
  std::uniform_int_distribution<int> jitter(-20'000, 20'000);
  int congested = 0;
  for (int i = 0; i < 600; ++i) {
    if (send(100ms, [&](int) { return Fate{60ms + std::chrono::microseconds(jitter(random))}; }).congested)
      ++congested;
  }
  EXPECT_EQ(congested, 0);
}

TEST_F(BandwidthEstimatorTest, RandomLossIsReportedButNoCongestion) {
  std::mt19937 random(4);
  for (const int percent : {5, 10}) {
    for (int i = 0; i < 300; ++i) {
      const auto report = send(100ms, [&](int) {
        return Fate{40ms, static_cast<int>(random() % 100) < percent};
      });
      EXPECT_FALSE(report.congested);
    }
    EXPECT_NEAR(estimator_.report(now_).loss, percent / 100.0, 0.07);
  }
}

TEST_F(BandwidthEstimatorTest, AnotherRouteIsNoCongestion) {
  well(5s);
  for (const auto delay : {90ms, 60ms, 110ms, 20ms}) {
    for (int i = 0; i < 40; ++i) EXPECT_FALSE(send(100ms, [&](int) { return Fate{delay}; }).congested);
  }
}

TEST_F(BandwidthEstimatorTest, MuchLossAloneIs) {
  well(5s);
  const auto policed = [](int packet) { return Fate{40ms, packet % 2 == 0}; };
  const NetworkReport report = send(700ms, policed);
  ASSERT_TRUE(report.kbps);
  EXPECT_NEAR(*report.kbps, 0.85 * 800, 120);
}

TEST_F(BandwidthEstimatorTest, SilenceIsAnInterruption) {
  well(5s);
  EXPECT_FALSE(estimator_.report(now_ + 400ms).congested);
  NetworkReport report = estimator_.report(now_ + 900ms);
  EXPECT_TRUE(report.congested);
  EXPECT_FALSE(report.feedback);
  EXPECT_EQ(report.deliveredKbps, 0);
  // A second of packets is told to be lost when it is over.
  send(1s, [](int) { return Fate{40ms, true}; });
  waiting_.clear();
  report = well(300ms);
  EXPECT_FALSE(report.congested);
  EXPECT_TRUE(report.feedback);
  EXPECT_EQ(report.kbps, std::nullopt);
}

TEST_F(BandwidthEstimatorTest, ABurstOfLossIsNone) {
  well(5s);
  for (int i = 0; i < 10; ++i) {
    send(250ms, [](int) { return Fate{40ms, true}; });
    EXPECT_EQ(well(3s).kbps, std::nullopt);
  }
}

TEST_F(BandwidthEstimatorTest, LostFeedbackLosesNothing) {
  well(5s);
  for (int i = 0; i < 20; ++i) {
    for (int p = 0; p < 20; ++p, now_ += 5ms) ++seq_;  // nobody tells of these
    EXPECT_NEAR(well(400ms).deliveredKbps, 1600, 80);
  }
  EXPECT_FALSE(estimator_.report(now_).congested);
  EXPECT_EQ(estimator_.report(now_).loss, 0);
}

TEST_F(BandwidthEstimatorTest, WhatWasOvertakenIsNotLost) {
  well(2s);
  for (int i = 0; i < 50; ++i) {
    std::vector<PacketFeedback> told, late;
    for (int p = 0; p < 20; ++p, now_ += 5ms) {
      const PacketFeedback packet{now_, now_ + 40ms + epoch_, 1000, false, seq_++};
      auto missing = packet;
      missing.lost = true;
      told.push_back(p % 3 == 0 ? missing : packet);
      if (p % 3 == 0) late.push_back(packet);
    }
    estimator_.onFeedback(told, now_);
    estimator_.onFeedback(late, now_ + 50ms);
    EXPECT_FALSE(estimator_.report(now_ + 50ms).congested);
  }
  EXPECT_EQ(estimator_.report(now_ + 50ms).loss, 0);
  EXPECT_NEAR(estimator_.report(now_ + 50ms).deliveredKbps, 1600, 100);
}

// The feedback that would have told that they arrived is lost itself.
TEST_F(BandwidthEstimatorTest, WhatWasOvertakenBeforeAHoleIsNotLost) {
  for (int i = 0; i < 20; ++i) {
    well(300ms);
    send(100ms, [](int packet) { return Fate{40ms, packet % 2 == 0}; });
    for (int p = 0; p < 20; ++p, now_ += 5ms) ++seq_;  // nobody tells of these
    EXPECT_FALSE(well(300ms).congested);
    EXPECT_EQ(estimator_.report(now_).loss, 0);
  }
}

TEST_F(BandwidthEstimatorTest, WhatIsToldTwiceCountsOnce) {
  for (int i = 0; i < 50; ++i) {
    std::vector<PacketFeedback> told;
    for (int p = 0; p < 20; ++p, now_ += 5ms)
      told.push_back({now_, now_ + 40ms + epoch_, 1000, false, seq_++});
    for (int times = 0; times < 3; ++times) estimator_.onFeedback(told, now_);
  }
  EXPECT_NEAR(estimator_.report(now_).deliveredKbps, 1600, 50);
}

TEST_F(BandwidthEstimatorTest, AnotherEpochOfTheReceiversClock) {
  well(5s);
  for (const Nanos epoch : {Nanos(-300h), Nanos(0h), Nanos(2000h)}) {
    epoch_ = epoch;
    const NetworkReport report = well(3s);
    EXPECT_FALSE(report.congested);
    EXPECT_NEAR(report.deliveredKbps, 1600, 50);
  }
}

TEST_F(BandwidthEstimatorTest, NonsenseIsHarmless) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    std::vector<PacketFeedback> told;
    for (int p = 0; p < 20; ++p) {
      told.push_back({now_ + Nanos(static_cast<Nanos::rep>(random() % 4'000'000'000) - 2'000'000'000),
                      Nanos(static_cast<Nanos::rep>(random() % 100'000'000'000'000)),
                      static_cast<int>(random() % 3000) - 500, random() % 2 == 0,
                      static_cast<std::uint16_t>(random())});
    }
    now_ += 50ms;
    estimator_.onFeedback(told, now_);
    const NetworkReport report = estimator_.report(now_);
    EXPECT_GE(report.deliveredKbps, 0);
    EXPECT_GE(report.loss, 0);
    EXPECT_LE(report.loss, 1);
    EXPECT_GE(report.kbps.value_or(1), 0);
  }
  estimator_.onFeedback({}, now_);
  EXPECT_FALSE(well(60s).congested) << "and it recovers";
}

class ReceiverReportTest : public testing::Test {
 protected:
  NetworkReport reports(int count, double loss, std::chrono::milliseconds rtt = 50ms) {
    for (int i = 0; i < count; ++i) estimator_.onReceiverReport(loss, rtt, now_ += 1s);
    return estimator_.report(now_);
  }
  BandwidthEstimator estimator_;
  Nanos now_ = 100s;
};

TEST_F(ReceiverReportTest, CountWhereThereIsNoOtherFeedback) {
  EXPECT_TRUE(reports(5, 0).feedback);
  EXPECT_EQ(estimator_.report(now_).rtt, 50ms);
  EXPECT_FALSE(reports(20, 0.10).congested) << "random loss";
  EXPECT_FALSE(reports(1, 0.3).congested) << "once is chance";
  EXPECT_TRUE(reports(1, 0.3).congested);
  EXPECT_EQ(estimator_.report(now_).kbps, std::nullopt);
  EXPECT_FALSE(reports(1, 0).congested);
  EXPECT_TRUE(reports(2, 0.06, 400ms).congested) << "a little with a long queue";
  EXPECT_FALSE(estimator_.report(now_ + 30s).feedback);
  EXPECT_FALSE(estimator_.report(now_ + 30s).congested);
}

TEST_F(ReceiverReportTest, ALongerRouteIsNoQueueForLong) {
  reports(30, 0.06, 50ms);
  EXPECT_TRUE(reports(5, 0.06, 250ms).congested);
  EXPECT_FALSE(reports(20, 0.06, 250ms).congested) << "it is the way itself";
  EXPECT_TRUE(reports(5, 0.06, 450ms).congested) << "a queue on it";
}

TEST_F(ReceiverReportTest, AreOnlyForTheRoundTripBesideTransportFeedback) {
  std::vector<PacketFeedback> told;
  for (int i = 0; i < 20; ++i)
    told.push_back({now_ + i * 5ms, now_ + i * 5ms, 1000, false, static_cast<std::uint16_t>(i)});
  estimator_.onFeedback(told, now_ + 100ms);
  estimator_.onReceiverReport(0.5, 70ms, now_ + 150ms);
  estimator_.onReceiverReport(0.5, 70ms, now_ + 200ms);
  EXPECT_FALSE(estimator_.report(now_ + 250ms).congested);
  EXPECT_EQ(estimator_.report(now_ + 250ms).rtt, 70ms);
}

}  // namespace
}  // namespace tessera
