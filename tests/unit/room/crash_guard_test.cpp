// SPDX-License-Identifier: Apache-2.0
#include "room/crash_guard.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class CrashGuardTest : public testing::Test {
 protected:
  using Ids = std::vector<ParticipantId>;
  CrashGuard guard;
  CrashGuard::Clock::time_point now{seconds(1000)};
  const Ids people{{"a"}, {"b"}, {"c"}};

  CrashGuard::Verdict crash(const Ids& present) { return guard.onCrash(now, present); }
  Ids dueAfter(milliseconds passed) {
    now += passed;
    return guard.due(now);
  }
  // Two crashes close to each other: people come back one at a time.
  void startProbing() {
    crash(people);
    now += seconds(5);
    ASSERT_TRUE(crash(people).admit.empty());
    ASSERT_TRUE(guard.probing());
  }
};

TEST_F(CrashGuardTest, FirstCrashLetsEverybodyBackAtOnce) {
  const auto verdict = crash(people);
  EXPECT_EQ(verdict.admit, people);
  EXPECT_FALSE(verdict.barred);
  EXPECT_FALSE(guard.probing());
  EXPECT_TRUE(guard.admitsNow({"d"}));
}

TEST_F(CrashGuardTest, CrashesFarApartAreEachAFirst) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(crash(people).admit, people);
    now += seconds(31);
  }
}

TEST_F(CrashGuardTest, SecondWithinTheWindowAdmitsOneAtATime) {
  startProbing();
  EXPECT_EQ(dueAfter(milliseconds(0)), Ids{{"a"}});
  EXPECT_EQ(dueAfter(milliseconds(500)), Ids{});
  guard.onConnected({"a"}, now);
  EXPECT_EQ(dueAfter(milliseconds(1900)), Ids{});
  EXPECT_EQ(dueAfter(milliseconds(100)), Ids{{"b"}});
  guard.onConnected({"b"}, now);
  EXPECT_EQ(dueAfter(milliseconds(2000)), Ids{{"c"}});
  guard.onConnected({"c"}, now);
  EXPECT_EQ(dueAfter(milliseconds(2000)), Ids{});
  EXPECT_FALSE(guard.probing());
}

TEST_F(CrashGuardTest, WhoDoesNotConnectHoldsUpOthersForALimitedTime) {
  startProbing();
  EXPECT_EQ(dueAfter(milliseconds(0)), Ids{{"a"}});
  EXPECT_EQ(dueAfter(milliseconds(9'900)), Ids{});
  EXPECT_EQ(dueAfter(milliseconds(100)), Ids{{"b"}});
}

TEST_F(CrashGuardTest, BarsTheOneAfterWhomItDies) {
  startProbing();
  dueAfter(milliseconds(0));
  guard.onConnected({"a"}, now);
  ASSERT_EQ(dueAfter(milliseconds(2000)), Ids{{"b"}});
  now += milliseconds(700);
  const auto verdict = crash(people);
  EXPECT_EQ(verdict.barred, ParticipantId{"b"});
  EXPECT_EQ(verdict.admit, Ids{{"a"}}) << "found harmless: back at once";
  EXPECT_FALSE(verdict.giveUp);
  EXPECT_EQ(dueAfter(milliseconds(0)), Ids{{"c"}}) << "not tried yet: still alone";
}

TEST_F(CrashGuardTest, AloneInTheRoomIsBarredAtTheThirdCrash) {
  const Ids one{{"x"}};
  EXPECT_EQ(crash(one).admit, one);
  now += seconds(1);
  EXPECT_TRUE(crash(one).admit.empty());
  EXPECT_EQ(dueAfter(milliseconds(0)), one);
  now += seconds(1);
  EXPECT_EQ(crash(one).barred, ParticipantId{"x"});
  EXPECT_EQ(dueAfter(milliseconds(0)), Ids{});
  EXPECT_FALSE(guard.probing());
}

TEST_F(CrashGuardTest, WhoJoinsMeanwhileWaitsForTheirTurn) {
  startProbing();
  EXPECT_EQ(dueAfter(milliseconds(0)), Ids{{"a"}});
  EXPECT_FALSE(guard.admitsNow({"d"}));
  EXPECT_TRUE(guard.admitsNow({"a"})) << "on trial: may have a new connection";
  guard.onGone({"b"});
  guard.onGone({"c"});
  guard.onConnected({"a"}, now);
  EXPECT_EQ(dueAfter(milliseconds(2000)), Ids{{"d"}});
}

TEST_F(CrashGuardTest, WhoLeavesOnTrialIsNotBarred) {
  startProbing();
  EXPECT_EQ(dueAfter(milliseconds(0)), Ids{{"a"}});
  guard.onGone({"a"});
  EXPECT_EQ(dueAfter(milliseconds(0)), Ids{{"b"}});
  EXPECT_EQ(crash({{"b"}, {"c"}}).barred, ParticipantId{"b"});
}

TEST_F(CrashGuardTest, NobodyToBlameAgainAndAgainIsGivenUp) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_FALSE(crash({}).giveUp);
    now += milliseconds(100);
  }
  EXPECT_TRUE(crash({}).giveUp);
}

}  // namespace
}  // namespace tessera
