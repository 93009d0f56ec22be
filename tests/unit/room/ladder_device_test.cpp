// SPDX-License-Identifier: Apache-2.0
#include "ladder_fixture.h"

// What a client says of its device.

namespace tessera {
namespace {

using namespace std::chrono_literals;

TEST_F(LadderTest, ADeviceThatDropsFramesGetsLess) {
  pass(10s);
  const ReceiverStats drops{2, 30, 30, 0, 10};
  EXPECT_EQ(says(drops).level, kTop) << "once is chance";
  EXPECT_EQ(says(drops).level, kMedium);
  EXPECT_EQ(decision_.why, ReceivingLimit::device);
  const ReceiverStats fine{2, 60, 0, 0, 8};
  EXPECT_EQ(says(fine).level, kMedium);
  EXPECT_NEAR(untilTrial(), 7.9, 2);
}

TEST_F(LadderTest, ADeviceIsTriedMoreAndMoreRarely) {
  pass(10s);
  const ReceiverStats drops{2, 30, 30, 0, 10};
  double last = 0;
  for (int i = 0; i < 6; ++i) {
    says(drops);
    says(drops);
    ASSERT_EQ(decision_.level, kMedium);
    const double wait = untilTrial();
    EXPECT_GE(wait, std::min(1.9 * last, 119.0)) << i;
    last = wait;
    pass(3s);
    ASSERT_EQ(decision_.level, kTop);
  }
  EXPECT_LE(last, 121);
}

TEST_F(LadderTest, ASlowDecoderGetsLess) {
  pass(10s);
  const ReceiverStats slow{2, 50, 0, 0, 35};
  says(slow);
  EXPECT_EQ(says(slow).level, kMedium);
  // At 15 frames/s that would do.
  says(slow);
  EXPECT_EQ(says(slow).level, kSmall);
  says(slow);
  EXPECT_EQ(says(slow).level, kSmall);
}

TEST_F(LadderTest, ADeviceIsJudgedByWhatItIsSent) {
  pass(10s);
  const ReceiverStats slow{2, 30, 0, 0, 35};
  input_.canvasFps = 15;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(says(slow).level, kTop);
  input_.canvasFps = 30;
  says(slow);
  EXPECT_EQ(says(slow).level, kMedium);
}

TEST_F(LadderTest, FreezesAreTheDevicesOnlyWhenTheNetworkIsWell) {
  pass(10s);
  const ReceiverStats frozen{2, 50, 0, 3, 8};
  network_.loss = 0.1;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(says(frozen).level, kTop);
  network_.loss = 0;
  says(frozen);
  EXPECT_EQ(says(frozen).level, kMedium);
}

TEST_F(LadderTest, WhatIsSaidOfTheTimeBeforeAMoveDoesNotCount) {
  pass(10s);
  const ReceiverStats drops{2, 30, 30, 0, 10};
  says(drops);
  says(drops);
  ASSERT_EQ(decision_.level, kMedium);
  pass(500ms);
  for (int i = 0; i < 5; ++i) {
    input_.stats = drops;
    EXPECT_EQ(step().level, kMedium);
  }
}

TEST_F(LadderTest, AStillPictureAsksNothingOfADevice) {
  bestLevel_ = kStill;
  pass(10s);
  const ReceiverStats bad{2, 1, 20, 9, 900};
  for (int i = 0; i < 5; ++i) EXPECT_EQ(says(bad).level, kStill);
}

}  // namespace
}  // namespace tessera
