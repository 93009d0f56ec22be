// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/keyframe_requester.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

using namespace std::chrono_literals;

TEST(KeyframeRequesterTest, LetsTheFirstPassAndSpacesTheOthers) {
  KeyframeRequester requester;
  requester.onDecoded(100s);
  EXPECT_TRUE(requester.allow(100s));
  EXPECT_FALSE(requester.allow(100s + 100ms));
  EXPECT_TRUE(requester.allow(100s + 600ms));
}

TEST(KeyframeRequesterTest, MakesUpForARefusedRequest) {
  KeyframeRequester requester;
  requester.onDecoded(100s);
  ASSERT_TRUE(requester.allow(100s));
  ASSERT_FALSE(requester.allow(100s + 100ms));
  EXPECT_FALSE(requester.onPacket(100s + 400ms));
  EXPECT_TRUE(requester.onPacket(100s + 500ms));
  EXPECT_TRUE(requester.allow(100s + 500ms));
  requester.onDecoded(100s + 600ms);
  EXPECT_FALSE(requester.onPacket(101s + 100ms));
}

TEST(KeyframeRequesterTest, GivesTheFirstKeyframeAMoment) {
  KeyframeRequester requester;
  EXPECT_FALSE(requester.onPacket(100s));
  EXPECT_FALSE(requester.onPacket(100s + 149ms));
  EXPECT_TRUE(requester.onPacket(100s + 150ms));
  ASSERT_TRUE(requester.allow(100s + 150ms));
  EXPECT_FALSE(requester.onPacket(100s + 600ms));
  EXPECT_TRUE(requester.onPacket(100s + 650ms));
}

TEST(KeyframeRequesterTest, AsksWhenPacketsComeButNothingIsDecoded) {
  KeyframeRequester requester;
  requester.onPacket(100s);
  requester.onDecoded(100s + 10ms);
  EXPECT_FALSE(requester.onPacket(100s + 900ms));
  EXPECT_TRUE(requester.onPacket(101s + 10ms));
  ASSERT_TRUE(requester.allow(101s + 10ms));
  EXPECT_FALSE(requester.onPacket(101s + 900ms));
  requester.onDecoded(101s + 950ms);
  EXPECT_FALSE(requester.onPacket(102s + 500ms));
}

TEST(KeyframeRequesterTest, SendsWhatIsWantedWithTheNextPacket) {
  KeyframeRequester requester;
  requester.onDecoded(100s);
  EXPECT_TRUE(requester.allow(99s));
  EXPECT_FALSE(requester.onPacket(100s));
  requester.want();
  EXPECT_TRUE(requester.onPacket(100s));
}

}  // namespace
}  // namespace tessera
