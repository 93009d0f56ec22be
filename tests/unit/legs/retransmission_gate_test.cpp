// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/retransmission_gate.h"

#include <gtest/gtest.h>

#include <vector>

namespace tessera {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kBytes = 1000;

constexpr std::uint32_t kSsrc = 1234;
using Answer = RetransmissionGate::Answer;

class RetransmissionGateTest : public testing::Test {
 protected:
  RetransmissionGateTest() { gate_.sendsWith(kSsrc); }
  // A frame of so many packets; the number of its first is returned.
  std::uint16_t send(std::size_t packets, bool keyframe = false) {
    const std::uint16_t first = next_;
    gate_.onSent(first, std::vector<std::size_t>(packets, kBytes), keyframe, now_);
    next_ = static_cast<std::uint16_t>(next_ + packets);
    return first;
  }
  // 5 packets 30 times a second: 1.2 Mbit/s.
  void sendFor(milliseconds time) {
    for (milliseconds passed{0}; passed < time; passed += milliseconds(33), now_ += milliseconds(33)) send(5);
  }
  Answer ask(int sequence) { return gate_.ask(kSsrc, static_cast<std::uint16_t>(sequence), network_, now_); }
  bool admit(int sequence) { return ask(sequence) == Answer::send; }
  int admitted(int first, int count) {
    int all = 0;
    for (int i = 0; i < count; ++i) all += admit(first + i);
    return all;
  }

  RetransmissionGate gate_;
  NetworkState network_;
  std::chrono::nanoseconds now_ = std::chrono::hours(1);
  std::uint16_t next_ = 65500;  // wraps
};

TEST_F(RetransmissionGateTest, admitsWhatWasSent) {
  const auto first = send(3, true);
  EXPECT_TRUE(admit(first));
  EXPECT_TRUE(admit(first + 2));
}

TEST_F(RetransmissionGateTest, admitsNothingThatWasNotSent) {
  EXPECT_FALSE(admit(next_));
  EXPECT_FALSE(admit(next_ - 1));
  const auto first = send(3, true);
  EXPECT_FALSE(admit(first - 1));
  EXPECT_FALSE(admit(first + 3));
  EXPECT_FALSE(admit(first + 20'000));
  EXPECT_FALSE(admit(first + 40'000));
}

// Sound is never sent again; its numbers have nothing to do with these.
TEST_F(RetransmissionGateTest, admitsNothingOfAnotherStream) {
  EXPECT_EQ(gate_.ask(kSsrc + 1, send(1, true), network_, now_), Answer::nothing);
}

TEST_F(RetransmissionGateTest, admitsOneAgainOnlyAfterARoundTrip) {
  sendFor(seconds(1));
  const int asked = next_ - 1;
  ASSERT_TRUE(admit(asked));
  now_ += RetransmissionGate::kLeastInterval - milliseconds(1);
  EXPECT_FALSE(admit(asked));
  now_ += milliseconds(1);
  EXPECT_TRUE(admit(asked));
  network_.rtt = milliseconds(300);
  now_ += milliseconds(299);
  EXPECT_FALSE(admit(asked));
  now_ += milliseconds(1);
  EXPECT_TRUE(admit(asked));
}

// After a move to another rung, what is missing of the old one is of no use.
TEST_F(RetransmissionGateTest, admitsNothingFromBeforeTheLastKeyframe) {
  send(5, true);
  send(5);
  const auto keyframe = send(4, true);
  EXPECT_FALSE(admit(keyframe - 1));
  EXPECT_TRUE(admit(keyframe));
  send(5);
  EXPECT_FALSE(admit(keyframe - 1));
  EXPECT_TRUE(admit(keyframe + 1));
}

// As after an outage: the picture has stood still for so long that a keyframe is sooner there.
TEST_F(RetransmissionGateTest, wantsAKeyframeInsteadOfWhatIsOld) {
  send(5, true);
  sendFor(seconds(2));
  const int old = next_ - 5 * 30;  // a second ago
  EXPECT_EQ(ask(old), Answer::keyframe);
  EXPECT_EQ(ask(old + 1), Answer::nothing) << "once";
  EXPECT_EQ(ask(next_ - 5), Answer::send);
  network_.rtt = milliseconds(400);
  EXPECT_EQ(ask(old + 2), Answer::send) << "not old for this way";
  now_ += RetransmissionGate::kKeyframeEvery;
  network_.rtt = milliseconds(0);
  EXPECT_EQ(ask(old + 3), Answer::keyframe);
  send(5, true);
  EXPECT_EQ(ask(old + 4), Answer::nothing) << "mended";
}

TEST_F(RetransmissionGateTest, wantsAKeyframeInsteadOfWhatIsForgotten) {
  send(5, true);
  send(600);
  EXPECT_EQ(ask(next_ - 501), Answer::keyframe);
}

TEST_F(RetransmissionGateTest, wantsAKeyframeWhenItMayNotSendMore) {
  send(5, true);
  send(100);
  int n = 0;
  while (n < 100 && ask(next_ - 1 - n) == Answer::send) ++n;
  EXPECT_LT(n, 50);
  EXPECT_EQ(ask(next_ - 70), Answer::nothing) << "asked for already";
  sendFor(seconds(1));
  EXPECT_EQ(ask(next_ - 1), Answer::send);
}

TEST_F(RetransmissionGateTest, staysWithinAShareOfWhatIsSent) {
  sendFor(seconds(3));
  // A quarter of a second's packets are saved up.
  EXPECT_NEAR(admitted(next_ - 70, 70), 37, 3);
  int all = 0;
  for (int second = 0; second < 3; ++second) {
    sendFor(seconds(1));
    all += admitted(next_ - 70, 70);
  }
  EXPECT_NEAR(all, 3 * 37, 8);
}

TEST_F(RetransmissionGateTest, isSparingWhereAQueueIsFull) {
  sendFor(seconds(3));
  network_.congested = true;
  EXPECT_NEAR(admitted(next_ - 70, 70), 7, 1);
}

// What was saved up at a high bitrate is not spent on a way that carries little.
TEST_F(RetransmissionGateTest, savesNoMoreThanTheBitrateAllows) {
  sendFor(seconds(3));
  for (int i = 0; i < 50; ++i, now_ += milliseconds(100)) send(1);
  EXPECT_LE(admitted(next_ - 70, 70), 4);
}

TEST_F(RetransmissionGateTest, countsANumberThatWasLeftOut) {
  const auto first = send(2, true);
  ++next_;
  send(2);
  EXPECT_TRUE(admit(first + 1));
  EXPECT_TRUE(admit(first + 3));
}

}  // namespace
}  // namespace tessera
