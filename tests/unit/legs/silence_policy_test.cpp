// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/silence_policy.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

using namespace std::chrono_literals;

constexpr auto kPacket = 20ms;
constexpr int kPerSecond = 50;
constexpr int kQuiet = -90, kLoud = -30;

// Plays packets that claim one level and hold another; returns how many were decoded.
int play(SilencePolicy& policy, int packets, std::optional<int> claimDb, float realDb) {
  int decoded = 0;
  for (int i = 0; i < packets; ++i) {
    if (!policy.wantsDecoding(claimDb, kPacket)) continue;
    policy.decoded(realDb);
    ++decoded;
  }
  return decoded;
}

TEST(SilencePolicyTest, DecodesUntilSilenceIsConfirmed) {
  struct Row {
    const char* why;
    std::optional<int> claimDb;
    float realDb;
    int decodedOfTenSeconds;
  };
  const std::vector<Row> table{
      {"silence, after a second one packet a second", kQuiet, kQuiet, kPerSecond + 8},
      {"digital silence", -127, -127, kPerSecond + 8},
      {"speech", kLoud, kLoud, 10 * kPerSecond},
      {"no claim", std::nullopt, kQuiet, 10 * kPerSecond},
      {"a claim of noise", -64, kQuiet, 10 * kPerSecond},
      {"noise where silence is claimed", kQuiet, -55, 10 * kPerSecond},
      {"speech where silence is claimed", kQuiet, kLoud, 10 * kPerSecond},
  };
  for (const Row& row : table) {
    SilencePolicy policy;
    EXPECT_NEAR(play(policy, 10 * kPerSecond, row.claimDb, row.realDb), row.decodedOfTenSeconds, 1)
        << row.why;
  }
}

TEST(SilencePolicyTest, DecodesTheFirstPacketThatSaysItHasSound) {
  SilencePolicy policy;
  play(policy, 3 * kPerSecond, kQuiet, kQuiet);
  EXPECT_EQ(play(policy, 1, kQuiet, kQuiet), 0);
  EXPECT_EQ(play(policy, 1, kLoud, kLoud), 1);
  EXPECT_EQ(play(policy, kPerSecond - 1, kQuiet, kQuiet), kPerSecond - 1) << "and silence is confirmed anew";
}

TEST(SilencePolicyTest, WhoSpeaksWhileClaimingSilenceIsHeardWithinASecondAndBelievedNoMore) {
  SilencePolicy policy;
  play(policy, 3 * kPerSecond, kQuiet, kQuiet);
  ASSERT_TRUE(policy.believed());
  EXPECT_GE(play(policy, 2 * kPerSecond, kQuiet, kLoud), kPerSecond - 1);
  EXPECT_FALSE(policy.believed());
  EXPECT_EQ(play(policy, 5 * kPerSecond, kQuiet, kQuiet), 5 * kPerSecond) << "silent or not";
}

TEST(SilencePolicyTest, TheEndOfAWordIsNoLie) {
  SilencePolicy policy;
  for (int word = 0; word < 200; ++word) {
    play(policy, 10, kLoud, kLoud);
    play(policy, 1, kQuiet, kLoud);  // the decoder has some of the packet before in it
    play(policy, 3, kQuiet, kQuiet);
  }
  EXPECT_TRUE(policy.believed());
}

}  // namespace
}  // namespace tessera
