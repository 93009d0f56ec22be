// SPDX-License-Identifier: Apache-2.0
#include <gst/gst.h>
#include <gtest/gtest.h>

#include "support/leg_session.h"
#include "support/run_until.h"

// What a leg finds out about the way to its receiver.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::LegRoom;
using test::LegSession;
using test::runUntil;

constexpr unsigned kBlue = 0xff3c5adc;
constexpr double kMixTone = 1130;

TEST(LegNetworkTest, HearsOfWhatArrivesAndWhatIsLost) {
  LegRoom room;
  LegSession session(room);
  session.sendMix(kBlue, kMixTone);
  ASSERT_TRUE(runUntil([&] { return session.leg->network().feedback; }));
  EXPECT_TRUE(runUntil([&] { return session.leg->network().rtt > 0ms; })) << "by receiver reports";
  EXPECT_LT(session.leg->network().rtt, 1s);
  EXPECT_TRUE(runUntil([&] { return session.leg->network().deliveredKbps > 10; }));
  EXPECT_TRUE(runUntil([&] { return session.leg->network().loss < 0.1; }));
  session.client->impairReceived({.loss = 0.3});
  EXPECT_TRUE(runUntil([&] { return session.leg->network().loss > 0.15; }));
}

}  // namespace
}  // namespace tessera
