// SPDX-License-Identifier: Apache-2.0
#include "room/token_bucket.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

TEST(TokenBucket, BurstThenTheSustainedRate) {
  TokenBucket bucket(10, 20);
  TokenBucket::Clock::time_point now{std::chrono::seconds(1)};
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(bucket.take(now));
  EXPECT_FALSE(bucket.take(now));
  int taken = 0;
  for (int ms = 0; ms < 5000; ++ms) taken += bucket.take(now += std::chrono::milliseconds(1));
  EXPECT_NEAR(taken, 50, 1);
}

TEST(TokenBucket, RestDoesNotSaveUpMoreThanTheBurst) {
  TokenBucket bucket(10, 5);
  TokenBucket::Clock::time_point now{std::chrono::seconds(1)};
  EXPECT_TRUE(bucket.take(now));
  now += std::chrono::hours(1);
  int taken = 0;
  while (bucket.take(now)) ++taken;
  EXPECT_EQ(taken, 5);
}

}  // namespace
}  // namespace tessera
