// SPDX-License-Identifier: Apache-2.0
#include "ladder_fixture.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;

TEST_F(LadderTest, BeginsWithTheBestThatIsWanted) {
  EXPECT_EQ(step(), (ReceiverLadder::Decision{kTop, 1500, 3750, ReceivingLimit::none, false}));
  pass(60s);
  EXPECT_EQ(decision_.level, kTop);
  EXPECT_EQ(decision_.videoKbps, 1500);
}

TEST_F(LadderTest, WithoutAnyFeedbackItStays) {
  network_ = {};
  EXPECT_EQ(pass(60s).level, kTop);
}

TEST_F(LadderTest, FallsToWhatFitsAtOnce) {
  pass(10s);
  for (const auto& [kbps, level] : {std::pair{640, kTop},
                                    {600, kMedium},
                                    {260, kMedium},
                                    {240, kSmall},
                                    {140, kSmall},
                                    {120, kStill},
                                    {90, kStill},
                                    {80, kSoundAlone}}) {
    ReceiverLadder ladder(kRungs, 40);
    input_.network = good();
    input_.sentLevel = 0;
    ladder.update(input_, now_);
    input_.network = congested(kbps);
    const auto decision = ladder.update(input_, now_ + 100ms);
    EXPECT_EQ(decision.level, level) << kbps;
    const double total = decision.videoKbps * 1.08 + 72;
    EXPECT_LE(total, kbps + 1) << kbps;
    if (level > 0) {
      EXPECT_EQ(decision.why, ReceivingLimit::network);
    }
  }
}

TEST_F(LadderTest, AVerdictOfReceiverReportsCountsOnce) {
  network_.reports = 1;
  pass(10s);
  network_ = congested(std::nullopt);
  network_.reports = 3;
  network_.loss = 0.5;
  EXPECT_EQ(step().level, kTop);
  EXPECT_EQ(decision_.videoKbps, 599) << "85 % of the half";
  EXPECT_EQ(pass(9s).videoKbps, 599);
  network_.reports = 4;
  EXPECT_EQ(pass(9s).videoKbps, 599) << "may be of the time before";
  network_.reports = 5;
  EXPECT_EQ(pass(1s).level, kMedium);
  network_.loss = 1;
  network_.reports = 6;
  EXPECT_EQ(pass(9s).level, kMedium);
  network_.reports = 7;
  EXPECT_EQ(step().level, kSoundAlone);
  EXPECT_EQ(decision_.videoKbps, 0);
  EXPECT_EQ(decision_.paceKbps, 0);
}

TEST_F(LadderTest, BackByTrialsOneRungAfterTheOther) {
  pass(10s);
  congestFor(300ms, 150);
  ASSERT_EQ(decision_.level, kSmall);
  network_ = good();
  EXPECT_NEAR(untilTrial(), 10, 0.5);
  EXPECT_EQ(decision_.level, kMedium);
  EXPECT_EQ(pass(1900ms).trial, true);
  EXPECT_EQ(pass(300ms).trial, false);
  EXPECT_EQ(decision_.level, kMedium);
  EXPECT_LE(untilTrial(), 1);
  EXPECT_EQ(decision_.level, kTop);
  pass(3s);
  EXPECT_EQ(decision_.level, kTop);
  EXPECT_EQ(decision_.videoKbps, 1500);
  EXPECT_EQ(decision_.why, ReceivingLimit::none);
}

TEST_F(LadderTest, FromSoundAloneAsWell) {
  pass(10s);
  congestFor(300ms, 40);
  ASSERT_EQ(decision_.level, kSoundAlone);
  network_ = good();
  EXPECT_EQ(pass(30s).level, kTop);
}

TEST_F(LadderTest, WaitsLongerAfterEachFailureButNotForEver) {
  pass(10s);
  congestFor(300ms, 200);
  network_ = good();
  std::vector<double> waits;
  for (int i = 0; i < 4; ++i) {
    waits.push_back(untilTrial());
    failTrial();
    EXPECT_EQ(decision_.level, kSmall);
  }
  EXPECT_NEAR(waits[0], 10, 1);
  for (const std::size_t i : {1, 2, 3}) EXPECT_NEAR(waits[i], 20, 1) << i;
}

TEST_F(LadderTest, AFallSoonAfterAPassedTrialIsAFailedTrial) {
  pass(10s);
  congestFor(300ms, 200);
  network_ = good();
  untilTrial();
  pass(5s);  // passed, and the next
  ASSERT_EQ(decision_.level, kTop);
  congestFor(300ms, 200);
  network_ = good();
  EXPECT_NEAR(untilTrial(), 20, 1);
  pass(30s);
  congestFor(300ms, 200);
  network_ = good();
  EXPECT_NEAR(untilTrial(), 10, 1) << "it had been good";
}

// What is known of a narrow way is tried within the rung before the next rung is.
TEST_F(LadderTest, NoTrialBeforeItsOwnRungIsAtItsBest) {
  pass(10s);
  congestFor(300ms, 200);
  ASSERT_EQ(decision_.videoKbps, 119);
  EXPECT_GE(untilTrial(60s), 60);
  network_.kbps = 240;
  EXPECT_LE(untilTrial(), 2);
}

TEST_F(LadderTest, ATrialBeginsLow) {
  pass(10s);
  congestFor(300ms, 200);
  network_ = good();
  untilTrial();
  EXPECT_EQ(decision_.level, kMedium);
  EXPECT_LE(decision_.videoKbps, 180);
  EXPECT_LE(decision_.paceKbps, 400);
  pass(1900ms);
  EXPECT_GE(decision_.videoKbps, 400) << "and is one of the whole rung";
}

TEST_F(LadderTest, ATrialAmongOthersTakesWhatTheyHave) {
  pass(10s);
  congestFor(300ms, 200);
  network_ = good();
  others_ = {1500, 480, 0, 0};
  untilTrial();
  EXPECT_GE(decision_.videoKbps, 480);
}

TEST_F(LadderTest, ATrialThatShowsThatLessPassesKeepsTheRungWhenAlone) {
  pass(10s);
  congestFor(300ms, 600);
  ASSERT_EQ(decision_.level, kMedium);
  network_ = good();
  untilTrial();
  pass(1s);
  congestFor(300ms, 700);
  EXPECT_EQ(decision_.level, kTop);
  EXPECT_FALSE(decision_.trial);
  EXPECT_EQ(decision_.videoKbps, 581);
}

TEST_F(LadderTest, AloneItTakesARungAtALowerRate) {
  pass(10s);
  congestFor(300ms, 1000);
  EXPECT_EQ(decision_.level, kTop);
  EXPECT_EQ(decision_.videoKbps, 859);
  EXPECT_EQ(decision_.why, ReceivingLimit::none);
}

TEST_F(LadderTest, AmongOthersItLeavesRatherThanPullThemDown) {
  others_ = {1500, 0, 0, 0};
  pass(10s);
  congestFor(300ms, 1580);
  EXPECT_EQ(decision_.level, kTop) << "7 % can be borne";
  congestFor(1s, 1500);
  EXPECT_EQ(decision_.level, kMedium) << "12 % cannot";
}

TEST_F(LadderTest, AmongOthersWhoHaveAsLittleItStays) {
  others_ = {900, 0, 0, 0};
  pass(10s);
  congestFor(1s, 1000);
  EXPECT_EQ(decision_.level, kTop);
}

// Each would bear nine tenths of what the other has made of the rung.
TEST_F(LadderTest, TwoWhoGetLessByTurnsDoNotPullARungDown) {
  struct Receiver {
    ReceiverLadder ladder{kRungs, 40};
    ReceiverLadder::Decision decision;
    int carries;
  };
  std::array<Receiver, 3> receivers{Receiver{.carries = 5000}, {.carries = 1600}, {.carries = 1500}};
  const auto wishes = [&](const Receiver* except) {
    std::vector<int> kbps;
    for (const Receiver& each : receivers)
      if (&each != except && each.decision.level == kTop && each.decision.videoKbps > 0)
        kbps.push_back(each.decision.videoKbps);
    return kbps;
  };
  for (int step = 0; step < 100; ++step, now_ += 100ms) {
    for (Receiver& each : receivers) {
      others_ = {bestKbps(kRungs[kTop], wishes(&each)), 0, 0, 0};
      input_.kbpsOfOthers = others_;
      input_.sentLevel = each.decision.level;
      input_.network = good();
      if (step > 10) input_.network.kbps = each.carries;
      each.decision = each.ladder.update(input_, now_);
    }
    receivers[step % 2 + 1].carries -= 10;
    EXPECT_GE(rungKbps(kRungs[kTop], wishes(nullptr)), 1350) << step;
  }
  EXPECT_EQ(rungKbps(kRungs[kTop], wishes(nullptr)), 1500);
  EXPECT_EQ(receivers[1].decision.level, kMedium);
  EXPECT_EQ(receivers[2].decision.level, kMedium);
}

TEST_F(LadderTest, OnTheLowestMovingRungItMayPullDown) {
  others_ = {1500, 500, 150, 0};
  pass(10s);
  congestFor(1s, 180);
  EXPECT_EQ(decision_.level, kSmall);
  EXPECT_EQ(decision_.videoKbps, 100);
}

TEST_F(LadderTest, AWishIsACeilingAtOnceAndLiftedAtOnce) {
  pass(10s);
  bestLevel_ = kSmall;
  EXPECT_EQ(step().level, kSmall);
  EXPECT_EQ(decision_.why, ReceivingLimit::wish);
  EXPECT_EQ(decision_.videoKbps, 150);
  bestLevel_ = kSoundAlone;
  EXPECT_EQ(step().level, kSoundAlone);
  EXPECT_EQ(decision_.why, ReceivingLimit::wish);
  bestLevel_ = kTop;
  EXPECT_EQ(step().level, kTop);
  EXPECT_EQ(decision_.videoKbps, 1500);
}

TEST_F(LadderTest, AWishDoesNotLiftWhatTheNetworkHolds) {
  pass(10s);
  congestFor(300ms, 150);
  network_ = good();
  ASSERT_EQ(decision_.level, kSmall);
  bestLevel_ = kMedium;
  EXPECT_EQ(step().level, kSmall);
  EXPECT_EQ(decision_.why, ReceivingLimit::network);
  pass(60s);
  EXPECT_EQ(decision_.level, kMedium);
  EXPECT_EQ(decision_.why, ReceivingLimit::wish);
  bestLevel_ = 99;
  EXPECT_EQ(step().level, kSoundAlone) << "nonsense is the least";
}

TEST_F(LadderTest, AWishForWhatItHasDoesNotFreeIt) {
  pass(10s);
  congestFor(300ms, 150);
  network_ = good();
  ASSERT_EQ(decision_.level, kSmall);
  for (const int wish : {kSmall, kStill}) {
    bestLevel_ = wish;
    pass(1s);
    EXPECT_EQ(decision_.why, ReceivingLimit::wish);
    bestLevel_ = kTop;
    EXPECT_EQ(step().level, wish);
    EXPECT_EQ(decision_.why, ReceivingLimit::network);
  }
  pass(40s);
  ASSERT_EQ(decision_.level, kTop);
  bestLevel_ = kSmall;
  pass(1s);
  bestLevel_ = kTop;
  EXPECT_EQ(step().level, kTop) << "free again";
}

TEST_F(LadderTest, AnInterruptionHoldsTheLevelAndEndsATrial) {
  pass(10s);
  network_ = interrupted();
  EXPECT_EQ(pass(2900ms).level, kTop);
  EXPECT_EQ(pass(500ms).level, kSmall) << "so much may come back to a worse way";
  network_ = good();
  EXPECT_EQ(pass(700ms).level, kTop);
  EXPECT_TRUE(decision_.trial);
  pass(3s);
  EXPECT_EQ(decision_.level, kTop);
  EXPECT_FALSE(decision_.trial);

  congestFor(300ms, 150);
  network_ = good();
  untilTrial();
  pass(500ms);
  network_ = interrupted();
  EXPECT_EQ(step().level, kSmall);
  EXPECT_FALSE(decision_.trial);
  pass(1s);
  network_ = good();
  EXPECT_LE(untilTrial(), 2) << "it was no failure";
}

TEST_F(LadderTest, ARungWhoseKeyframeNeverComesIsNoTrial) {
  pass(10s);
  congestFor(300ms, 150);
  network_ = good();
  untilTrial();
  keyframes_ = false;
  pass(6s);
  EXPECT_FALSE(decision_.trial);
  EXPECT_EQ(decision_.level, kSmall);
}

TEST_F(LadderTest, ALadderOfOneRung) {
  ReceiverLadder ladder({{720, 30, 1500, 500}}, 40);
  ReceiverLadder::Input input;
  input.network = good();
  EXPECT_EQ(ladder.update(input, 1s).level, 0);
  input.network = congested(400);
  EXPECT_EQ(ladder.update(input, 2s).level, 1) << "sound alone";
  EXPECT_EQ(ladder.update(input, 3s).videoKbps, 0);
}

TEST(BestKbps, IsWhatOneCanTakeInItsBounds) {
  const RungSpec rung{360, 30, 500, 166};
  const auto of = [&](std::vector<int> wishes) { return bestKbps(rung, wishes); };
  EXPECT_EQ(of({}), 0);
  EXPECT_EQ(of({400, 300}), 400);
  EXPECT_EQ(of({20}), 166);
  EXPECT_EQ(of({9000, 300}), 500);
}

TEST(RungKbps, IsWhatAllCanBearInItsBounds) {
  const RungSpec rung{360, 30, 500, 166};
  const auto of = [&](std::vector<int> wishes) { return rungKbps(rung, wishes); };
  EXPECT_EQ(of({}), 500);
  EXPECT_EQ(of({400, 300, 500}), 300);
  EXPECT_EQ(of({20, 500}), 166);
  EXPECT_EQ(of({9000}), 500);
}

}  // namespace
}  // namespace tessera
