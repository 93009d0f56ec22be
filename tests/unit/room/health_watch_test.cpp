// SPDX-License-Identifier: Apache-2.0
#include "room/health_watch.h"

#include <gtest/gtest.h>

#include <functional>

namespace tessera {
namespace {

using std::chrono::milliseconds;

class HealthWatchTest : public testing::Test {
 protected:
  HealthWatch::Clock::time_point now{std::chrono::seconds(1000)};
  HealthWatch watch{{}, now};
  RoomHealth health;

  void SetUp() override { health.peers = 1; }
  void beat(int videoTicks, int audioTicks) {
    health.videoTicks += static_cast<std::uint64_t>(videoTicks);
    health.audioTicks += static_cast<std::uint64_t>(audioTicks);
    watch.onHeartbeat(health, now);
  }
  // Checks every 250 ms, as the server does; `each` happens before each check. The first complaint, if any.
  std::optional<std::string> run(milliseconds duration, const std::function<void()>& each) {
    for (const auto end = now + duration; now < end;) {
      now += milliseconds(250);
      each();
      if (auto why = watch.overdue(now)) return why;
    }
    return std::nullopt;
  }
};

TEST_F(HealthWatchTest, BeatingAndTickingIsWell) {
  EXPECT_EQ(run(milliseconds(60'000), [&] { beat(7, 12); }), std::nullopt);
}

TEST_F(HealthWatchTest, SilenceIsAHang) {
  beat(1, 1);
  EXPECT_EQ(run(milliseconds(1'500), [] {}), std::nullopt);
  EXPECT_EQ(run(milliseconds(250), [] {}), "no heartbeat");
}

TEST_F(HealthWatchTest, MixersThatDoNotTickAreAHang) {
  beat(1, 1);
  EXPECT_EQ(run(milliseconds(2'000), [&] { beat(0, 12); }), "the video mixer does not tick");
  HealthWatch other{{}, now};
  watch = other;
  EXPECT_EQ(run(milliseconds(2'000), [&] { beat(7, 0); }), "the audio mixer does not tick");
}

TEST_F(HealthWatchTest, AnEmptyRoomMayRest) {
  health.peers = 0;
  EXPECT_EQ(run(milliseconds(10'000), [&] { beat(0, 0); }), std::nullopt);
  health.peers = 1;
  EXPECT_EQ(run(milliseconds(1'000), [&] { beat(0, 0); }), std::nullopt) << "time to get going";
}

TEST_F(HealthWatchTest, StartMayTakeLonger) {
  EXPECT_EQ(run(milliseconds(9'750), [] {}), std::nullopt);
  EXPECT_EQ(run(milliseconds(500), [] {}), "no first heartbeat");
}

TEST_F(HealthWatchTest, AServerThatWasStoppedBlamesNobody) {
  beat(1, 1);
  now += std::chrono::seconds(20);
  EXPECT_EQ(watch.overdue(now), std::nullopt);
  EXPECT_EQ(run(milliseconds(1'000), [&] { beat(7, 12); }), std::nullopt);
  EXPECT_EQ(run(milliseconds(2'000), [] {}), "no heartbeat");
}

}  // namespace
}  // namespace tessera
