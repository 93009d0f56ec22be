// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/keyframe_broker.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace tessera
