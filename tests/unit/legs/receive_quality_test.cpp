// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/receive_quality.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace tessera {
namespace {

class PacketCounterTest : public testing::Test {
 protected:
  void receive(const std::vector<int>& sequences, std::uint32_t ssrc = 7) {
    for (const int sequence : sequences) {
      const auto s = static_cast<std::uint16_t>(sequence);
      const std::array<std::uint8_t, 12> header{0x80,
                                                111,
                                                static_cast<std::uint8_t>(s >> 8),
                                                static_cast<std::uint8_t>(s),
                                                0,
                                                0,
                                                0,
                                                0,
                                                static_cast<std::uint8_t>(ssrc >> 24),
                                                static_cast<std::uint8_t>(ssrc >> 16),
                                                static_cast<std::uint8_t>(ssrc >> 8),
                                                static_cast<std::uint8_t>(ssrc)};
      counter.onRtp(header);
    }
  }
  void expectCounted(std::uint64_t expected, std::uint64_t bad) {
    const auto now = counter.take();
    EXPECT_EQ(now.expected, expected);
    EXPECT_EQ(now.bad, bad);
  }
  PacketCounter counter;
};

TEST_F(PacketCounterTest, CountsWhatIsMissing) {
  receive({10, 11, 12, 15, 16});
  expectCounted(7, 2);
  expectCounted(0, 0);
  receive({17, 19});
  expectCounted(3, 1);
}

TEST_F(PacketCounterTest, OvertakenAndRepeatedPacketsAreNotMissing) {
  receive({10, 12, 11, 13, 13});
  expectCounted(4, 0);
}

TEST_F(PacketCounterTest, GoesOnAcrossTheEndOfTheNumbers) {
  receive({65534, 65535, 0, 2});
  expectCounted(5, 1);
}

TEST_F(PacketCounterTest, StreamsAreCountedApartAndAnew) {
  receive({10, 11}, 1);
  receive({500, 501}, 2);
  receive({40000, 40001}, 1);  // a sender that began anew has lost nothing
  expectCounted(5, 0);
}

TEST_F(PacketCounterTest, LatePacketsAreBad) {
  receive({1, 2, 3, 4});
  counter.onLate();
  expectCounted(4, 1);
}

TEST_F(PacketCounterTest, BoundsWhatASenderCanMakeItKeep) {
  for (std::uint32_t ssrc = 1; ssrc <= 1000; ++ssrc) receive({1}, ssrc);
  expectCounted(PacketCounter::kMaxStreams, 0);
  counter.onRtp(std::array<std::uint8_t, 4>{});
  expectCounted(0, 0);
}

// Feeds seconds of 100 packets; returns what was told in the second when something was, and when.
std::pair<int, std::optional<bool>> feed(QualityJudge& judge, int seconds, std::uint64_t bad,
                                         std::uint64_t packets = 100) {
  for (int i = 1; i <= seconds; ++i)
    if (const auto told = judge.second({packets, bad})) return {i, told};
  return {seconds, std::nullopt};
}

TEST(QualityJudgeTest, TellsPoorAndGoodOnceEach) {
  QualityJudge judge;
  EXPECT_EQ(feed(judge, 60, 2).second, std::nullopt);
  EXPECT_EQ(feed(judge, 10, 30), std::pair(1, std::optional(true))) << "the mean of four seconds is over 8 %";
  EXPECT_EQ(feed(judge, 60, 30).second, std::nullopt);
  const auto [seconds, told] = feed(judge, 60, 0);
  EXPECT_EQ(told, false);
  EXPECT_EQ(seconds, 8);
  EXPECT_EQ(feed(judge, 60, 0).second, std::nullopt);
}

TEST(QualityJudgeTest, BetweenTheThresholdsNothingChanges) {
  QualityJudge judge;
  EXPECT_EQ(feed(judge, 60, 5).second, std::nullopt);
  EXPECT_EQ(feed(judge, 60, 20).second, true);
  EXPECT_EQ(feed(judge, 60, 5).second, std::nullopt);
}

TEST(QualityJudgeTest, WhoNearlyStopsSendingIsGoodAgain) {
  QualityJudge judge;
  EXPECT_EQ(feed(judge, 60, 30).second, true);
  const auto [seconds, told] = feed(judge, 60, 0, 5);
  EXPECT_EQ(told, false);
  EXPECT_EQ(seconds, 8);
  EXPECT_EQ(feed(judge, 60, 0, 0).second, std::nullopt);
}

TEST(QualityJudgeTest, FewPacketsSayNothing) {
  QualityJudge judge;
  EXPECT_EQ(feed(judge, 60, 3, 5).second, std::nullopt);
}

}  // namespace
}  // namespace tessera
