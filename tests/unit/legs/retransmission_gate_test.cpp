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
  bool admit(int sequence) {
    return gate_.admit(kSsrc, static_cast<std::uint16_t>(sequence), network_, now_);
  }
  int admitted(int first, int count) {
    int all = 0;
    for (int i = 0; i < count; ++i) all += admit(first + i);
    return all;
  }

  RetransmissionGate gate_;
  NetworkReport network_;
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
  EXPECT_FALSE(gate_.admit(kSsrc + 1, send(1, true), network_, now_));
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

TEST_F(RetransmissionGateTest, forgetsWhatIsOld) {
  sendFor(seconds(20));
  EXPECT_TRUE(admit(next_ - 500));
  EXPECT_FALSE(admit(next_ - 501));
}

TEST_F(RetransmissionGateTest, staysWithinAShareOfWhatIsSent) {
  sendFor(seconds(3));
  // A quarter of a second's packets are saved up.
  EXPECT_NEAR(admitted(next_ - 150, 150), 37, 3);
  int all = 0;
  for (int second = 0; second < 3; ++second) {
    sendFor(seconds(1));
    all += admitted(next_ - 150, 150);
  }
  EXPECT_NEAR(all, 3 * 37, 8);
}

TEST_F(RetransmissionGateTest, isSparingWhereAQueueIsFull) {
  sendFor(seconds(3));
  network_.congested = true;
  EXPECT_NEAR(admitted(next_ - 150, 150), 7, 1);
}

// What was saved up at a high bitrate is not spent on a way that carries little.
TEST_F(RetransmissionGateTest, savesNoMoreThanTheBitrateAllows) {
  sendFor(seconds(3));
  for (int i = 0; i < 50; ++i, now_ += milliseconds(100)) send(1);
  EXPECT_LE(admitted(next_ - 150, 150), 4);
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
