// SPDX-License-Identifier: Apache-2.0
#include "room_fixture.h"
#include "support/leg_session.h"

// People coming and going in one room: nothing may be left of them. The same program runs once more under
// GStreamer's leaks tracer (CMakeLists.txt); scripts/soak does it at length against the real processes.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::fdCount;
using test::RoomUnderTest;
using test::runUntil;
using test::threadCount;

constexpr int kRounds = 8;
constexpr int kPeople = 4;

void comeAndGo(RoomUnderTest& room, int round) {
  for (int i = 0; i < kPeople; ++i) {
    RoomUnderTest::Person person{fmt::format("guest{}", i)};
    person.options.codec = i % 2 ? VideoCodec::h264 : VideoCodec::vp8;
    person.options.width = 160;
    person.options.height = 90;
    room.join(person);
  }
  // Every other round they leave in the middle of connecting.
  if (round % 2 == 0) {
    ASSERT_TRUE(runUntil([&] {
      return std::ranges::all_of(room.guests,
                                 [](const auto& guest) { return guest.client->video.frames() > 0; });
    })) << "round "
        << round;
  }
  while (!room.guests.empty()) room.leave(room.guests.front());
}

TEST(RoomSoak, nothingIsLeftOfPeopleWhoCameAndWent) {
  RoomUnderTest room({320, 180, 15});
  int threads = 0, fds = 0;
  for (int round = 0; round < kRounds; ++round) {
    comeAndGo(room, round);
    if (round == 1) {  // what is made once, pools and the like, is there by now
      ASSERT_TRUE(runUntil([&] { return room.health.videoEncoders == 0; }));
      test::runFor(1s);
      threads = threadCount();
      fds = fdCount();
    }
  }
  EXPECT_TRUE(runUntil([&] { return threadCount() <= threads + 1 && fdCount() <= fds; }))
      << "threads " << threads << " -> " << threadCount() << ", descriptors " << fds << " -> " << fdCount();
  EXPECT_EQ(room.health.hungTeardowns, 0);
  EXPECT_TRUE(room.failures.empty());
}

}  // namespace
}  // namespace tessera
