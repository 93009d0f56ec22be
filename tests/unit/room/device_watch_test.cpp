// SPDX-License-Identifier: Apache-2.0
#include "room/device_watch.h"

#include <gtest/gtest.h>

#include <limits>

namespace tessera {
namespace {

constexpr int kFps = 30;
constexpr int kMost = std::numeric_limits<int>::max();

ReceiverStats frames(int decoded, int dropped) {
  ReceiverStats stats;
  stats.seconds = 2;
  stats.framesDecoded = decoded;
  stats.framesDropped = dropped;
  return stats;
}

bool tooMuchTwice(const ReceiverStats& stats) {
  DeviceWatch watch;
  EXPECT_FALSE(watch.tooMuch(stats, kFps, true)) << "once is chance";
  return watch.tooMuch(stats, kFps, true);
}

TEST(DeviceWatch, ADeviceThatDropsAFifthCannotFollow) {
  EXPECT_FALSE(tooMuchTwice(frames(40, 10)));
  EXPECT_TRUE(tooMuchTwice(frames(40, 11)));
  EXPECT_FALSE(tooMuchTwice(frames(0, 9))) << "too few to say";
}

TEST(DeviceWatch, WhatTheNetworkLosesIsNotTheDevices) {
  DeviceWatch watch;
  ReceiverStats stats = frames(40, 20);
  stats.freezes = 5;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(watch.tooMuch(stats, kFps, false));
  stats.decodeMs = 40;
  EXPECT_FALSE(watch.tooMuch(stats, kFps, false));
  EXPECT_TRUE(watch.tooMuch(stats, kFps, false)) << "nothing but the device makes decoding slow";
}

TEST(DeviceWatch, CountsOfAnySizeAreAddedUp) {
  EXPECT_TRUE(tooMuchTwice(frames(kMost, kMost)));
  EXPECT_TRUE(tooMuchTwice(frames(1, kMost)));
  EXPECT_FALSE(tooMuchTwice(frames(kMost, 1)));
}

}  // namespace
}  // namespace tessera
