// SPDX-License-Identifier: Apache-2.0
#include <gst/gst.h>
#include <gtest/gtest.h>

#include "support/leg_session.h"
#include "support/run_until.h"

// What a receiver gets over a bad network.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::LegRoom;
using test::LegSession;
using test::runUntil;

constexpr unsigned kBlue = 0xff3c5adc;
constexpr double kMixTone = 1130;
constexpr int kFrames = 100;  // one packet each, every 60 ms

// Counts the pictures that are missing between those that came.
class Gaps {
 public:
  void see(mix::Nanos captured) {
    if (last_.count() != 0) missing_ += static_cast<int>((captured - last_ + 30ms) / 60ms) - 1;
    last_ = captured;
  }
  int missing() const { return missing_; }

 private:
  mix::Nanos last_{0};
  std::atomic<int> missing_{0};
};

TEST(LegOutputTest, SendsAgainWhatWasLost) {
  LegRoom room;
  LegSession session(room);
  Gaps gaps;
  session.client->video.onFrame = [&](const mix::VideoFrame& frame) { gaps.see(frame.captured); };
  session.sendMix(kBlue, kMixTone);
  ASSERT_TRUE(runUntil([&] { return session.client->video.frames() > 10; }));
  session.client->impairReceived({.loss = 0.1});
  const int before = gaps.missing();
  const int seen = session.client->video.frames();
  ASSERT_TRUE(runUntil([&] { return session.client->video.frames() > seen + kFrames; }));
  EXPECT_LE(gaps.missing() - before, kFrames / 25) << "of ten that were lost";
  session.detach();
  session.client->stop();
}

}  // namespace
}  // namespace tessera
