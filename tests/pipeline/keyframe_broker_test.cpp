// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/keyframe_broker.h"

#include <gtest/gtest.h>

#include <vector>

namespace tessera {
namespace {

using std::chrono::milliseconds;
constexpr mix::Nanos kStart = std::chrono::hours(5);

TEST(KeyframeBroker, grantsNothingUnasked) {
  KeyframeBroker broker;
  EXPECT_FALSE(broker.take(kStart));
}

TEST(KeyframeBroker, grantsTheFirstRequestAtOnce) {
  KeyframeBroker broker;
  broker.request();
  EXPECT_TRUE(broker.take(kStart));
}

TEST(KeyframeBroker, grantsAStormOnce) {
  KeyframeBroker broker;
  int granted = 0;
  for (int ms = 0; ms < 300; ms += 33) {
    for (int i = 0; i < 50; ++i) broker.request();
    const mix::Nanos now = kStart + milliseconds(ms);
    if (!broker.take(now)) continue;
    ++granted;
    broker.delivered(now);
  }
  EXPECT_EQ(granted, 1);
}

TEST(KeyframeBroker, keepsARequestThatHasToWait) {
  KeyframeBroker broker;
  broker.request();
  ASSERT_TRUE(broker.take(kStart));
  broker.delivered(kStart);
  broker.request();
  EXPECT_FALSE(broker.take(kStart + milliseconds(299)));
  EXPECT_FALSE(broker.due(kStart + milliseconds(299)));
  EXPECT_TRUE(broker.due(kStart + milliseconds(300)));
  EXPECT_TRUE(broker.take(kStart + milliseconds(300)));
}

TEST(KeyframeBroker, isAsSparingAsItIsTold) {
  KeyframeBroker broker(KeyframeBroker::kMinStillInterval);
  broker.request();
  ASSERT_TRUE(broker.take(kStart));
  broker.delivered(kStart);
  broker.request();
  EXPECT_FALSE(broker.due(kStart + KeyframeBroker::kMinStillInterval - milliseconds(1)));
  EXPECT_TRUE(broker.due(kStart + KeyframeBroker::kMinStillInterval));
}

TEST(KeyframeBroker, countsAnyKeyframeAsTheAnswer) {
  KeyframeBroker broker;
  broker.request();
  broker.delivered(kStart);  // the encoder made one by itself, its first
  EXPECT_FALSE(broker.take(kStart + milliseconds(500)));
}

TEST(KeyframeBroker, grantsAgainWhenTheEncoderMadeNone) {
  KeyframeBroker broker;
  broker.request();
  ASSERT_TRUE(broker.take(kStart));
  EXPECT_FALSE(broker.take(kStart + milliseconds(33)));
  EXPECT_TRUE(broker.take(kStart + milliseconds(300)));
}

// The program's: what is asked for in between moves nothing, since what cuts at keyframes is to cut evenly.
TEST(KeyframeBroker, seesToKeyframesOnAnEvenGrid) {
  KeyframeBroker broker;
  broker.setEvery(milliseconds(2000));
  std::vector<int> made;
  for (int frame = 0; frame < 300; ++frame) {  // 10 s, with the frames now and then a little early or late
    const mix::Nanos now = kStart + frame * mix::Nanos(33'333'333) + milliseconds(frame % 3 - 1);
    if (frame == 100) broker.request();
    if (!broker.take(now)) continue;
    broker.delivered(now);
    made.push_back(frame);
  }
  EXPECT_EQ(made, (std::vector{0, 60, 100, 120, 180, 240}));
}

TEST(KeyframeBroker, beginsItsGridAnewAfterAPauseAndEndsItWhenTold) {
  KeyframeBroker broker;
  broker.setEvery(milliseconds(2000));
  ASSERT_TRUE(broker.take(kStart));
  ASSERT_TRUE(broker.take(kStart + milliseconds(9000)));
  EXPECT_FALSE(broker.due(kStart + milliseconds(10'900)));
  EXPECT_TRUE(broker.due(kStart + milliseconds(11'000)));
  broker.setEvery(mix::Nanos{0});
  EXPECT_FALSE(broker.due(kStart + milliseconds(20'000)));
}

}  // namespace
}  // namespace tessera
