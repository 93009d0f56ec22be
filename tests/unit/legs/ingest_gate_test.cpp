// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/ingest_gate.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

using namespace std::chrono_literals;

constexpr Ingest kNothing{};
constexpr Ingest kSmall{320, 180, 15, 150};
constexpr Ingest kLarge{1280, 720, 30, 2000};

class IngestGateTest : public testing::Test {
 protected:
  // Packets of 1000 bytes at this rate; what of it is taken.
  double takenOf(double kbps, std::chrono::seconds time) {
    const auto step = std::chrono::nanoseconds(static_cast<std::int64_t>(8e9 / kbps));
    int sent = 0;
    int taken = 0;
    for (const auto end = now + time; now < end; now += step, ++sent) {
      const auto verdict = gate.onPacket(1000, now);
      taken += verdict.take;
      told += verdict.tell;
    }
    return static_cast<double>(taken) / sent;
  }
  IngestGate gate;
  std::chrono::nanoseconds now = 1000s;
  int told = 0;
};

TEST_F(IngestGateTest, TakesEverythingUntilSomethingWasAskedFor) {
  EXPECT_EQ(takenOf(50'000, 10s), 1);
}

TEST_F(IngestGateTest, TakesNothingWhileNothingIsAskedFor) {
  EXPECT_FALSE(gate.set(kNothing, false));
  EXPECT_EQ(takenOf(200, 5s), 0);
  EXPECT_EQ(told, 0);
  EXPECT_TRUE(gate.set(kSmall, false)) << "wanted again";
  EXPECT_FALSE(gate.set(kLarge, false)) << "was wanted already";
  EXPECT_EQ(takenOf(200, 5s), 1);
}

TEST_F(IngestGateTest, DoesNotHitWhoIsNotAskedForMuchAndSendsAsBefore) {
  gate.set(kSmall, false);
  EXPECT_EQ(takenOf(2500, 60s), 1);
  gate.set(kLarge, false);
  EXPECT_EQ(takenOf(4000, 60s), 1);
}

TEST_F(IngestGateTest, ABurstPasses) {
  gate.set(kSmall, false);
  EXPECT_EQ(takenOf(500, 10s), 1);
  EXPECT_EQ(takenOf(5000, 2s), 1) << "a new estimate that was too bold";
  EXPECT_EQ(takenOf(500, 10s), 1);
}

TEST_F(IngestGateTest, LimitsWhoSendsMuchMoreAndTellsThemNowAndThen) {
  gate.set(kSmall, false);
  const double taken = takenOf(20'000, 60s);
  EXPECT_LT(taken * 20'000, 1.1 * IngestGate::kFreeKbps);
  EXPECT_GT(taken * 20'000, 0.8 * IngestGate::kFreeKbps) << "but still takes what it may";
  EXPECT_GE(told, 5);
  EXPECT_LE(told, 6);
  now += 5s;
  EXPECT_EQ(takenOf(2000, 60s), 1) << "forgives";
}

TEST_F(IngestGateTest, DropsInLongRuns) {
  gate.set(kSmall, false);
  int changes = 0;
  bool last = true;
  for (const auto end = now + 20s; now < end; now += 800us) {  // 10 Mbit/s
    const bool take = gate.onPacket(1000, now).take;
    changes += std::exchange(last, take) != take;
  }
  EXPECT_LE(changes, 30) << "each run begins with a keyframe";
}

TEST_F(IngestGateTest, AScreenMayBeLarger) {
  gate.set(kSmall, true);
  EXPECT_EQ(takenOf(5500, 60s), 1);
}

}  // namespace
}  // namespace tessera
