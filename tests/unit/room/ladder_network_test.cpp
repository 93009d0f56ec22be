// SPDX-License-Identifier: Apache-2.0
// The estimator and the ladder together, behind networks that follow from what they choose.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "ladder_sim.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::LadderSim;
using test::Nanos;
using test::Seen;
using test::Way;

constexpr int kTop = 0, kMedium = 1, kSmall = 2, kSoundAlone = 4;

// How often the level changed since `from`, without what begins or ends a trial.
int fallsSince(const LadderSim::Client& client, Nanos from) {
  int falls = 0;
  bool trial = false;
  for (const auto& move : client.moves) {
    if (move.at > from && !move.decision.trial && !trial) ++falls;
    trial = move.decision.trial;
  }
  return falls;
}

std::size_t movesSince(const LadderSim::Client& client, Nanos from) {
  return static_cast<std::size_t>(
      std::ranges::count_if(client.moves, [&](const auto& move) { return move.at > from; }));
}

bool atTheTop(const LadderSim::Client& client, const LadderSim& sim) {
  return client.decision.level == kTop && client.decision.videoKbps == sim.options().rungs[0].kbps &&
         !client.decision.trial;
}

class LadderNetwork : public testing::TestWithParam<unsigned> {
 protected:
  LadderSim::Options options() const {
    LadderSim::Options options;
    options.seed = GetParam();
    return options;
  }
  // Runs until a level is reached and returns how long that took; at most `limit`.
  static double secondsUntil(LadderSim& sim, int level, Nanos limit) {
    const auto took = sim.until([&] { return sim.client().decision.level == level; }, limit);
    return took ? std::chrono::duration<double>(*took).count() : 1e9;
  }
  static double secondsToTheTop(LadderSim& sim, Nanos limit) {
    const auto took = sim.until([&] { return atTheTop(sim.client(), sim); }, limit);
    return took ? std::chrono::duration<double>(*took).count() : 1e9;
  }
};

INSTANTIATE_TEST_SUITE_P(Seeds, LadderNetwork, testing::Range(1U, 4U));

TEST_P(LadderNetwork, AGoodWayIsLeftAlone) {
  LadderSim sim(options());
  sim.run(120s);
  const auto& client = sim.client();
  EXPECT_EQ(client.moves.size(), 1U);
  EXPECT_TRUE(atTheTop(client, sim));
  EXPECT_EQ(client.congestions, 0);
  EXPECT_EQ(client.decision.why, ReceivingLimit::none);
}

TEST_P(LadderNetwork, NarrowFromTheStart) {
  LadderSim sim(options());
  sim.client().way.kbps = 200;
  EXPECT_LE(secondsUntil(sim, kSmall, 5s), 2.0);
  sim.run(2s);
  const Nanos settled = sim.now();
  sim.run(120s);
  EXPECT_EQ(sim.client().decision.why, ReceivingLimit::network);
  EXPECT_EQ(sim.client().decision.level, kSmall) << "a picture that moves";
  EXPECT_LE(movesSince(sim.client(), settled), 12U) << "but trials";
  const Seen seen = sim.seen(0, settled);
  EXPECT_LE(seen.soundLoss(), 0.015);
  EXPECT_GE(seen.frames, 15 * 110);
}

TEST_P(LadderNetwork, NarrowInTheMiddleOfACallAndWideAgain) {
  LadderSim sim(options());
  sim.run(30s);
  sim.client().way.kbps = 200;
  EXPECT_LE(secondsUntil(sim, kSmall, 5s), 1.5);
  sim.run(3s);
  const Nanos settled = sim.now();
  sim.run(60s + GetParam() * 3s);
  EXPECT_LE(sim.seen(0, settled).soundLoss(), 0.015);
  EXPECT_EQ(fallsSince(sim.client(), settled), 0);
  sim.client().way.kbps = 0;
  EXPECT_LE(secondsToTheTop(sim, 60s), 30);
  const Nanos back = sim.now();
  sim.run(60s);
  EXPECT_EQ(movesSince(sim.client(), back), 0U);
}

TEST_P(LadderNetwork, TheMomentOfTheLiftDoesNotMatter) {
  for (int after = 10; after < 50; after += 4) {
    LadderSim sim(options());
    sim.client().way.kbps = 200;
    sim.run(after * 1s);
    sim.client().way.kbps = 0;
    EXPECT_LE(secondsToTheTop(sim, 60s), 30) << "after " << after;
  }
}

TEST_P(LadderNetwork, BackToTheTopFromWhereverItWas) {
  for (const int kbps : {60, 90, 130, 300, 500, 700, 1000}) {
    LadderSim sim(options());
    sim.client().way.kbps = kbps;
    sim.run(70s);
    sim.client().way.kbps = 0;
    EXPECT_LE(secondsToTheTop(sim, 60s), 30) << kbps;
  }
}

TEST_P(LadderNetwork, RandomLossIsNoCongestion) {
  for (const double loss : {0.02, 0.05, 0.10}) {
    for (const bool overtaking : {false, true}) {
      LadderSim sim(options());
      sim.client().way = {.loss = loss, .delay = 50ms, .jitter = 20ms, .overtaking = overtaking};
      sim.run(90s);
      EXPECT_EQ(sim.client().moves.size(), 1U) << loss;
      EXPECT_TRUE(atTheTop(sim.client(), sim)) << loss;
      EXPECT_EQ(sim.client().network.kbps, std::nullopt) << loss;
      EXPECT_NEAR(sim.client().network.loss, loss, 0.08) << "and is reported";
    }
  }
}

TEST_P(LadderNetwork, JitterIsNoCongestion) {
  for (const auto jitter : {5ms, 20ms, 25ms}) {
    LadderSim sim(options());
    sim.client().way = {.delay = 50ms, .jitter = jitter, .overtaking = true};
    sim.client().bestLevel = static_cast<int>(GetParam()) % kSoundAlone;  // also of few packets
    sim.run(90s);
    EXPECT_EQ(sim.client().congestions, 0) << jitter.count();
    EXPECT_EQ(sim.client().moves.size(), 1U) << jitter.count();
  }
}

TEST_P(LadderNetwork, LossOnANarrowWayIsStillSeen) {
  for (const double loss : {0.05, 0.10}) {
    LadderSim sim(options());
    sim.client().way = {.kbps = 300, .loss = loss, .delay = 50ms, .jitter = 20ms, .overtaking = true};
    sim.run(2500ms);
    EXPECT_GE(sim.client().decision.level, kMedium);
    sim.run(60s);
    EXPECT_LE(sim.client().decision.videoKbps, 400) << "trying";
    EXPECT_LE(sim.seen(0, sim.now() - 60s).soundLoss(), loss + 0.03);
  }
}

TEST_P(LadderNetwork, ASecondOfNothingMovesNobody) {
  LadderSim sim(options());
  sim.run(20s);
  for (int i = 0; i < 5; ++i) {
    sim.client().way.out = true;
    sim.run(1s);
    EXPECT_TRUE(sim.client().network.congested);
    EXPECT_FALSE(sim.client().network.feedback);
    sim.client().way.out = false;
    sim.run(1s);
    EXPECT_TRUE(atTheTop(sim.client(), sim));
    sim.run(9s);
  }
  EXPECT_EQ(sim.client().moves.size(), 1U);
}

TEST_P(LadderNetwork, ShorterInterruptionsAreNoCongestion) {
  LadderSim sim(options());
  sim.run(10s);
  for (int i = 0; i < 20; ++i) {
    sim.client().way.out = true;
    sim.run(100ms + i * 25ms);
    sim.client().way.out = false;
    sim.run(5s);
  }
  EXPECT_EQ(sim.client().moves.size(), 1U);
}

TEST_P(LadderNetwork, ALongInterruptionWaitsBelowAndComesBackAtOnce) {
  LadderSim sim(options());
  sim.run(20s);
  sim.client().way.out = true;
  sim.run(8s);
  EXPECT_EQ(sim.client().decision.level, kSmall);
  sim.client().way.out = false;
  EXPECT_LE(secondsUntil(sim, kTop, 5s), 2.5);
  EXPECT_LE(secondsToTheTop(sim, 10s), 5);
  const Nanos back = sim.now();
  sim.run(30s);
  EXPECT_EQ(movesSince(sim.client(), back), 0U);
}

TEST_P(LadderNetwork, BackOnANarrowerWay) {
  LadderSim sim(options());
  sim.run(20s);
  sim.client().way.out = true;
  sim.run(8s);
  sim.client().way.out = false;
  sim.client().way.kbps = 200;
  sim.run(6s);
  EXPECT_EQ(sim.client().decision.level, kSmall);
  sim.run(60s);
  EXPECT_EQ(sim.client().decision.level, kSmall);
  EXPECT_LE(sim.seen(0, sim.now() - 58s).soundLoss(), 0.02);
}

// A way that stalls and then brings everything, as radio links do.
TEST_P(LadderNetwork, StallsAreNoCongestion) {
  LadderSim sim(options());
  sim.client().way.delay = 30ms;
  for (int i = 0; i < 20; ++i) {
    sim.run(4s);
    for (int left = 200 + 10 * i; left > 0; left -= 10) {
      sim.client().way.delay = 30ms + left * 1ms;
      sim.run(10ms);
    }
    sim.client().way.delay = 30ms;
  }
  EXPECT_EQ(sim.client().moves.size(), 1U);
}

TEST_P(LadderNetwork, ALongerRouteIsNoCongestionForLong) {
  LadderSim sim(options());
  sim.run(30s);
  sim.client().way.delay = 225ms;
  sim.run(30s);
  EXPECT_TRUE(atTheTop(sim.client(), sim));
  EXPECT_LE(sim.client().congestions, 2);
}

// A longer way that loses more, from one moment to the next: neither is a queue.
TEST_P(LadderNetwork, AWayThatBecomesBadIsNotNarrow) {
  for (const double loss : {0.0, 0.05, 0.10}) {
    for (const bool overtaking : {false, true}) {
      LadderSim sim(options(), 2);
      sim.client().way.delay = 1ms;
      sim.run(10s + 1ms * GetParam() * 37);
      sim.client().way = {.loss = loss, .delay = 50ms, .jitter = 20ms, .overtaking = overtaking};
      sim.run(60s);
      EXPECT_LE(sim.client().moves.size(), 3U) << loss << ": at most one wrong guess at the beginning";
      EXPECT_TRUE(atTheTop(sim.client(), sim)) << loss;
    }
  }
}

TEST_P(LadderNetwork, ABusyMachineIsNotANarrowWay) {
  for (const auto stalls : {20ms, 50ms, 100ms}) {
    LadderSim sim(options(), 2);
    sim.client().way = {.loss = 0.05, .delay = 50ms, .jitter = 20ms, .stalls = stalls};
    sim.run(60s);
    EXPECT_LE(sim.client().moves.size(), stalls < 100ms ? 1U : 3U) << stalls.count();
  }
}

TEST_P(LadderNetwork, AloneItStaysOnARungThatIsEncodedLower) {
  LadderSim sim(options());
  sim.client().way.kbps = 800;
  sim.run(10s);
  const Nanos settled = sim.now();
  sim.run(120s);
  EXPECT_EQ(movesSince(sim.client(), settled), 0U);
  EXPECT_EQ(sim.client().decision.level, kTop);
  EXPECT_GE(sim.client().decision.videoKbps, 520);
  EXPECT_LE(sim.client().decision.videoKbps, 800);
  EXPECT_LE(sim.seen(0, settled).soundLoss(), 0.005);
}

TEST_P(LadderNetwork, AmongOthersItLeavesForALowerOne) {
  LadderSim sim(options(), 4);
  sim.run(10s);
  sim.client().way.kbps = 800;
  EXPECT_LE(secondsUntil(sim, kMedium, 5s), 1.5);
  int least = 1500;
  sim.run(120s, [&] { least = std::min(least, sim.rungKbps(kTop)); });
  EXPECT_EQ(least, 1500) << "nobody suffers for another";
  EXPECT_EQ(sim.client().decision.level, kMedium);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(sim.client(i).moves.size(), 1U);
    EXPECT_EQ(sim.seen(i, 0s).packetsLost, 0);
  }
}

TEST_P(LadderNetwork, TenAndOneOfThemBehindANarrowWay) {
  LadderSim sim(options(), 10);
  sim.run(10s);
  sim.client().way.kbps = 200;
  int least = 1500;
  const auto watch = [&] { least = std::min(least, sim.rungKbps(kTop)); };
  sim.run(90s, watch);
  EXPECT_EQ(sim.client().decision.level, kSmall);
  sim.client().way.kbps = 0;
  const auto back = sim.until(
      [&] {
        watch();
        return sim.client().decision.level == kTop;
      },
      60s);
  ASSERT_TRUE(back);
  EXPECT_LE(*back, 30s);
  sim.run(10s, watch);
  EXPECT_EQ(least, 1500);
  EXPECT_EQ(sim.client().decision.level, kTop);
  for (std::size_t i = 1; i < 10; ++i) EXPECT_EQ(sim.client(i).moves.size(), 1U);
}

TEST_P(LadderNetwork, TwoBehindAlikeWaysShareARung) {
  LadderSim sim(options(), 4);
  sim.client(0).way.kbps = sim.client(1).way.kbps = 200;
  sim.run(6s);
  const Nanos settled = sim.now();
  sim.run(100s);
  for (const std::size_t i : {0, 1}) {
    EXPECT_EQ(fallsSince(sim.client(i), settled), 0);
    EXPECT_LE(sim.seen(i, settled).soundLoss(), 0.02);
    EXPECT_GE(sim.seen(i, settled).frames, 15 * 90) << "a picture that moves";
  }
}

// A policer throws away what is too much, without any queue.
TEST_P(LadderNetwork, LossWithoutAQueueCountsWhenItIsMuch) {
  LadderSim sim(options());
  sim.run(10s);
  sim.client().way.kbps = 300;
  sim.client().way.policer = true;
  sim.run(3s);
  EXPECT_GE(sim.client().decision.level, kMedium);
  const Nanos settled = sim.now();
  sim.run(60s);
  EXPECT_LE(sim.seen(0, settled).soundLoss(), 0.02);
  sim.client().way.kbps = 0;
  EXPECT_LE(secondsToTheTop(sim, 60s), 30);
}

TEST_P(LadderNetwork, LostFeedbackAndAnyInterval) {
  for (const auto every : {50ms, 100ms, 250ms}) {
    auto changed = options();
    changed.feedbackEvery = every;
    changed.clientEpoch = every == 100ms ? -std::chrono::hours(3) : std::chrono::hours(24 * 365);
    LadderSim sim(changed);
    sim.client().way.loss = 0.08;
    sim.run(30s);
    EXPECT_EQ(sim.client().moves.size(), 1U) << every.count();
    sim.client().way.kbps = 200;
    EXPECT_LE(secondsUntil(sim, kSmall, 5s), 2.5) << every.count();
  }
}

// Receiver reports tell rarely, and of the time before a move as well.
class LadderByReports : public LadderNetwork {
 protected:
  LadderSim::Options options() const {
    auto options = LadderNetwork::options();
    options.reportsOnly = true;
    return options;
  }
};

INSTANTIATE_TEST_SUITE_P(Seeds, LadderByReports, testing::Range(1U, 7U));

TEST_P(LadderByReports, ANarrowWayEndsOnAPictureThatMoves) {
  LadderSim sim(options());
  sim.client().way.kbps = 200;
  int lowest = kTop;
  const auto watch = [&] { lowest = std::max(lowest, sim.client().decision.level); };
  sim.run(30s, watch);
  const Nanos settled = sim.now();
  sim.run(180s, watch);
  EXPECT_EQ(lowest, kSmall) << "no free fall";
  EXPECT_EQ(sim.client().decision.level, kSmall);
  EXPECT_EQ(sim.client().decision.why, ReceivingLimit::network);
  EXPECT_EQ(movesSince(sim.client(), settled), 0U);
  EXPECT_LE(sim.seen(0, settled).soundLoss(), 0.05);
}

TEST_P(LadderByReports, ATrialThatIsTooMuchDoesNotPass) {
  LadderSim sim(options());
  sim.client().way.kbps = 300;  // the small rung at its best, and not the one above
  sim.run(60s);
  int passed = 0;
  bool trial = false;
  const auto watch = [&] {
    const auto& decision = sim.client().decision;
    if (trial && !decision.trial && decision.level < kSmall && decision.videoKbps > 300) ++passed;
    trial = decision.trial;
  };
  sim.run(120s, watch);
  EXPECT_EQ(passed, 0);
  EXPECT_LE(sim.seen(0, sim.now() - 120s).soundLoss(), 0.15);
}

TEST_P(LadderByReports, BackAtTheTopWhenTheWayIsWideAgain) {
  for (const int kbps : {100, 200, 700}) {
    LadderSim sim(options());
    sim.client().way.kbps = kbps;
    sim.run(60s);
    sim.client().way.kbps = 0;
    EXPECT_LE(secondsToTheTop(sim, 200s), 140) << kbps;
    const Nanos back = sim.now();
    sim.run(60s);
    EXPECT_EQ(movesSince(sim.client(), back), 0U);
  }
}

// A quiet picture needs less than its bitrate, and shows nothing of what would pass; when it begins to move
// it is as if the way became narrow.
TEST_P(LadderNetwork, APictureThatNeedsLittleProvesLittle) {
  auto changed = options();
  changed.content = 0.3;
  LadderSim sim(changed);
  sim.client().way.kbps = 700;
  sim.run(30s);
  EXPECT_TRUE(atTheTop(sim.client(), sim)) << "it passes";
  sim.setContent(1);
  sim.run(3s);
  const Nanos settled = sim.now();
  sim.run(60s);
  EXPECT_LE(sim.seen(0, settled).soundLoss(), 0.02);
}

TEST_P(LadderNetwork, QueuesOfAnyLength) {
  for (const auto queue : {100ms, 200ms, 500ms, 1500ms}) {
    for (const int kbps : {200, 400, 1000}) {
      LadderSim sim(options());
      sim.run(5s);
      sim.client().way.kbps = kbps;
      sim.client().way.queue = queue;
      sim.run(5s);
      const Nanos settled = sim.now();
      sim.run(60s);
      const Seen seen = sim.seen(0, settled);
      EXPECT_LE(seen.soundLoss(), 0.04) << kbps << " " << queue.count();
      EXPECT_LE(fallsSince(sim.client(), settled), 1) << kbps << " " << queue.count();
      EXPECT_LE(sim.client().decision.level, kSmall) << kbps << " " << queue.count();
    }
  }
}

// Any sequence of widths: never for longer above what is sustainable than it takes to see it, and no more
// moves than steps and trials account for.
TEST_P(LadderNetwork, RandomSteps) {
  std::mt19937 random(GetParam());
  const std::vector<int> widths{100, 150, 200, 300, 450, 650, 800, 1200, 2000, 0};
  LadderSim sim(options());
  auto& client = sim.client();
  client.way.jitter = 10ms;
  for (int i = 0; i < 12; ++i) {
    client.way.kbps = widths[random() % widths.size()];
    const Nanos began = sim.now();
    Nanos above{0}, worst{0};
    sim.run(30s, [&] {
      const double sends = client.decision.videoKbps * 1.08 + sim.options().audioKbps + 28;
      above = client.way.kbps > 0 && sends > client.way.kbps ? above + 1ms : 0ms;
      if (sim.now() - began > 3s) worst = std::max(worst, above);
    });
    EXPECT_LE(worst, 3s) << client.way.kbps;
    EXPECT_LE(movesSince(client, began), 12U) << client.way.kbps;
  }
}

}  // namespace
}  // namespace tessera
