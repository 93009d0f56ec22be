// SPDX-License-Identifier: Apache-2.0
#include "fan_out_fixture.h"
#include "pipelines/fanout/pacer.h"

// How fast a receiver's video leaves.

namespace tessera {
namespace {

using namespace test;

constexpr int kPaceKbps = 1250;  // 2.5 times the bitrate
constexpr double kBytesPerMs = kPaceKbps / 8.0;
constexpr double kBurstBytes = kBytesPerMs * 40;
constexpr double kPacket = 1000;
constexpr std::size_t kLarge = 100;  // packets: a keyframe of 100 kB

class FanOutPacingTest : public FanOutTest {
 protected:
  std::pair<FakeRef, ReceiverId> joinPaced() {
    const auto joined = join();
    fanOut_->setRate(joined.second, kPaceKbps);
    return joined;
  }
  void step(mix::Nanos time) {
    pass(time);
    fanOut_->checkPushes();
  }
  static std::size_t sent(FakeReceiver& receiver) {
    const auto parts = receiver.parts();
    return std::accumulate(parts.begin(), parts.end(), std::size_t{0});
  }
};

TEST_F(FanOutPacingTest, spreadsALargeKeyframe) {
  const auto [receiver, id] = joinPaced();
  packets_ = kLarge;
  video(0, true);
  const double partBytes = kBytesPerMs * 5 + kPacket;
  int ms = 0;
  for (; ms < 2000 && sent(*receiver) < kLarge; ms += 5) {
    const double due = kBurstBytes + kBytesPerMs * ms;
    const double least = std::min((due - partBytes) / kPacket, 1.0 * kLarge);
    ASSERT_TRUE(receiver->awaitPackets(static_cast<std::size_t>(std::max(least, 0.0)))) << "after " << ms;
    EXPECT_LE(static_cast<double>(sent(*receiver)) * kPacket, due + kPacket) << "after " << ms;
    step(milliseconds(5));
  }
  EXPECT_NEAR(ms, (kLarge * kPacket - kBurstBytes) / kBytesPerMs, 20);
  EXPECT_EQ(receiver->video(), Numbers{0});
}

// As many receivers that wait for their time as there are threads, and one more.
TEST_F(FanOutPacingTest, keepsNobodyElseWaiting) {
  const std::vector<std::pair<FakeRef, ReceiverId>> paced{joinPaced(), joinPaced(), joinPaced()};
  const auto [other, id] = join();
  packets_ = kLarge;
  video(0, true);
  ASSERT_TRUE(other->awaitVideo(1));
  EXPECT_EQ(other->parts(), std::vector{kLarge}) << "in one push";
  packets_ = 1;
  video(1);
  ASSERT_TRUE(other->awaitVideo(2));
  for (const auto& each : paced) EXPECT_LT(sent(*each.first), kLarge / 2);
}

TEST_F(FanOutPacingTest, letsSoundOvertake) {
  const auto [receiver, id] = joinPaced();
  packets_ = kLarge;
  video(0, true);
  ASSERT_TRUE(receiver->awaitPackets(1));
  packets_ = 1;
  for (std::uint64_t n = 0; n < 5; ++n) {
    audio(n);
    ASSERT_TRUE(receiver->awaitAudio(n + 1));
  }
  EXPECT_LT(sent(*receiver), kLarge / 2);
}

// The clock stands still while a frame leaves.
TEST_F(FanOutPacingTest, doesNotDelayFramesOfUsualSize) {
  const auto [receiver, id] = joinPaced();
  constexpr std::size_t kMean = 2;  // 2000 bytes, 30 times a second
  for (std::uint64_t n = 0; n < 60; ++n) {
    packets_ = n % 10 == 5 ? 3 * kMean : kMean - n % 2;
    video(n, n == 0);
    ASSERT_TRUE(receiver->awaitVideo(n + 1)) << n;
    pass(milliseconds(33));
  }
}

TEST_F(FanOutPacingTest, finishesTheFrameThatHasBegunBeforeAMove) {
  constexpr RungId kLow{VideoCodec::vp8, 1};
  const auto [receiver, id] = joinPaced();
  packets_ = 30;
  video(0, true);
  ASSERT_TRUE(receiver->awaitPackets(1));
  packets_ = 1;
  video(1);
  fanOut_->setRung(id, kLow);
  video(2, true, kLow);
  while (receiver->video().size() < 2) step(milliseconds(5));
  EXPECT_EQ(receiver->video(), (Numbers{0, 2}));
}

TEST_F(FanOutPacingTest, soundAloneEndsEvenTheFrameThatHasBegun) {
  const auto [receiver, id] = joinPaced();
  packets_ = kLarge;
  video(0, true);
  ASSERT_TRUE(receiver->awaitPackets(1));
  fanOut_->setRung(id, std::nullopt);
  const auto before = sent(*receiver);
  step(std::chrono::seconds(1));
  audio(1);
  ASSERT_TRUE(receiver->awaitAudio(1));
  EXPECT_LE(sent(*receiver), before + 10);  // a push may have been under way
  EXPECT_TRUE(receiver->video().empty());
}

TEST_F(FanOutPacingTest, dropsToTheNextKeyframeWhatWaitedTooLong) {
  const auto [receiver, id] = joinPaced();
  receiver->block();
  video(0, true);
  ASSERT_TRUE(receiver->awaitHeld());
  video(1);
  pass(Receiver::kMaxVideoWait);
  video(2);
  EXPECT_EQ(keyframesAsked(), 0U);
  pass(milliseconds(1));
  video(3);
  EXPECT_EQ(keyframesAsked(), 1U);
  receiver->letGo();
  video(4, true);
  ASSERT_TRUE(receiver->awaitVideo(2));
  EXPECT_EQ(receiver->video(), (Numbers{0, 4}));
}

// A still picture every two seconds that takes longer than that: each comes through, and not in a hurry.
// A receiver without threads, so that it is looked after at the same times whatever the machine does.
class PacedReceiver : public testing::Test {
 protected:
  // True: it was taken, no keyframe is needed.
  bool video(std::uint64_t number, std::size_t packets) {
    packets_ = packets;
    const auto frame = packetizer_.packetize(frameNumber(number));
    return !receiver_.queueVideo(kTop, frame, number == 0, now_).keyframeNeeded;
  }
  void lookAfter(mix::Nanos time) {
    now_ += time;
    receiver_.onTime();
    while (receiver_.run() == WorkerPool::kAtOnce) continue;
  }
  std::size_t sent() const {
    const auto parts = output_->parts();
    return std::accumulate(parts.begin(), parts.end(), std::size_t{0});
  }

  std::atomic<std::size_t> packets_{0};
  FakePacketizer packetizer_{packets_};
  const FakeRef output_ = std::make_shared<FakeReceiver>();
  mix::Nanos now_ = std::chrono::hours(1);
  Receiver receiver_{1, output_, kTop, nullptr, [this] { return now_; }};
};

// The pace goes up rather than that frames wait for long and are dropped.
TEST_F(PacedReceiver, dropsNothingThatKeepsComing) {
  receiver_.setRate(kPaceKbps);
  ASSERT_TRUE(video(0, kLarge));
  for (std::uint64_t n = 1; n < 60; ++n) {
    for (int i = 0; i < 3; ++i) lookAfter(milliseconds(11));
    ASSERT_TRUE(video(n, 6)) << n;  // 1.45 Mbit/s
    EXPECT_GE(output_->video().size() + 12, n) << "at most so many wait";
  }
}

TEST_F(PacedReceiver, givesStillPicturesTheirTime) {
  receiver_.setRate(20);  // 5 kB in two seconds
  for (std::uint64_t n = 0; n < 10; ++n) {
    ASSERT_TRUE(video(n, 8)) << n;
    const std::size_t before = sent();
    for (std::size_t ms = 0; ms < 2000; ms += 100) {
      lookAfter(milliseconds(100));
      EXPECT_LE(sent(), before + ms / 100 + 2) << n;
    }
  }
  EXPECT_GE(output_->video().size(), 8U);
}

TEST_F(FanOutPacingTest, withoutAPaceEverythingGoesAtOnce) {
  const auto [receiver, id] = joinPaced();
  fanOut_->setRate(id, 0);
  packets_ = kLarge;
  video(0, true);
  ASSERT_TRUE(receiver->awaitVideo(1));
  EXPECT_EQ(receiver->parts(), std::vector{kLarge});
}

TEST(PacerTest, aFrameAloneTakesItsTimeAndSeveralDoNot) {
  Pacer pacer;
  pacer.setPace(kPaceKbps);
  const mix::Nanos start = std::chrono::hours(1);
  ASSERT_FALSE(pacer.next({100'000}, start));
  pacer.sent(100'000);
  const auto alone = pacer.next({10'000}, start);
  const auto several = pacer.next({500'000, milliseconds(250)}, start);
  ASSERT_TRUE(alone && several);
  EXPECT_GT(*alone - start, milliseconds(500));
  EXPECT_LT(*several - start, milliseconds(60));
}

TEST(PacerTest, savesUpNoMoreThanABurst) {
  Pacer pacer;
  pacer.setPace(kPaceKbps);
  mix::Nanos now = std::chrono::hours(1);
  for (int round = 0; round < 3; ++round, now += std::chrono::hours(1)) {
    ASSERT_FALSE(pacer.next({100'000}, now));
    std::size_t bytes = 0;
    for (; pacer.mayGo(); bytes += 1000) pacer.sent(1000);
    EXPECT_NEAR(static_cast<double>(bytes), kBurstBytes, 1000);
    EXPECT_TRUE(pacer.next({100'000}, now));
  }
}

// A pace of its own begins with a burst, whatever went before.
TEST(PacerTest, countsNothingBeforeItHasOne) {
  Pacer pacer;
  pacer.sent(1'000'000);
  EXPECT_TRUE(pacer.mayGo());
  pacer.setPace(kPaceKbps);
  EXPECT_FALSE(pacer.next({1000}, std::chrono::hours(1)));
  EXPECT_TRUE(pacer.mayGo());
}

}  // namespace
}  // namespace tessera
