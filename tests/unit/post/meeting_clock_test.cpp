// SPDX-License-Identifier: Apache-2.0
#include "post/meeting_clock.h"

#include <gtest/gtest.h>

namespace tessera::post {
namespace {

using wire::PartPoint;
using wire::PartPointKind;

constexpr std::int64_t kNoon = 1'769'860'800'000;

// A part that was recorded without a pause, with a point each second.
PartTimes plainPart(std::int64_t unixMs, std::int64_t baseMs, std::int64_t lengthMs) {
  PartTimes part{baseMs, lengthMs, unixMs + lengthMs, {{unixMs, 0, PartPointKind::start}}};
  for (std::int64_t ms = 1000; ms < lengthMs; ms += 1000)
    part.points.push_back({unixMs + ms, ms, PartPointKind::tick});
  part.points.push_back({unixMs + lengthMs, lengthMs, PartPointKind::stop});
  return part;
}

TEST(MeetingClock, GoesAtRealSpeedWithinAPart) {
  const MeetingClock clock({plainPart(kNoon, 0, 10'000)}, kNoon);
  EXPECT_EQ(clock.mediaAt(kNoon - 5000), 0) << "before it began";
  EXPECT_EQ(clock.mediaAt(kNoon + 4321), 4321);
  EXPECT_EQ(clock.mediaAt(kNoon + 99'000), 10'000) << "after its end";
  EXPECT_TRUE(clock.pauses().empty());
  EXPECT_TRUE(clock.gaps().empty());
}

TEST(MeetingClock, TakesAPartWhosePointsAreAllOfWhatWasLost) {
  const PartTimes part{0, 700, 0, {{kNoon + 1000, 1000, PartPointKind::tick}}};
  const MeetingClock clock({part}, kNoon);
  EXPECT_EQ(clock.startUnixMs(), kNoon);
  EXPECT_EQ(clock.mediaAt(kNoon + 300), 300);
  EXPECT_EQ(clock.endUnixMs(), kNoon + 700);
}

TEST(MeetingClock, StandsStillInAGap) {
  const MeetingClock clock({plainPart(kNoon, 0, 10'000), plainPart(kNoon + 14'000, 10'000, 5000)}, kNoon);
  EXPECT_EQ(clock.mediaAt(kNoon + 12'000), 10'000);
  EXPECT_EQ(clock.mediaAt(kNoon + 15'000), 11'000);
  ASSERT_EQ(clock.gaps().size(), 1u);
  EXPECT_EQ(clock.gaps()[0].toUnixMs - clock.gaps()[0].fromUnixMs, 4000);
  EXPECT_EQ(clock.gaps()[0].mediaMs, 10'000);
}

TEST(MeetingClock, StandsStillInAPause) {
  PartTimes part{0,
                 9000,
                 0,
                 {{kNoon, 0, PartPointKind::start},
                  {kNoon + 4000, 4000, PartPointKind::pause},
                  {kNoon + 64'000, 4000, PartPointKind::resume},
                  {kNoon + 69'000, 9000, PartPointKind::stop}}};
  const MeetingClock clock({part}, kNoon);
  EXPECT_EQ(clock.mediaAt(kNoon + 30'000), 4000);
  EXPECT_EQ(clock.mediaAt(kNoon + 65'000), 5000);
  ASSERT_EQ(clock.pauses().size(), 1u);
  EXPECT_EQ(clock.pauses()[0].toUnixMs - clock.pauses()[0].fromUnixMs, 60'000);
}

// A part that ends in a pause, since the room died then: what is missing is the pause, not a gap.
TEST(MeetingClock, TakesAPauseAcrossPartsForOne) {
  PartTimes first{0, 4000, 0, {{kNoon, 0, PartPointKind::start}, {kNoon + 4000, 4000, PartPointKind::pause}}};
  const MeetingClock clock({first, plainPart(kNoon + 30'000, 4000, 5000)}, kNoon);
  EXPECT_TRUE(clock.gaps().empty());
  ASSERT_EQ(clock.pauses().size(), 1u);
  EXPECT_EQ(clock.pauses()[0].mediaMs, 4000);
}

TEST(MeetingClock, CountsOnBehindTheLastPointOfAPartThatWasCutOff) {
  PartTimes part = plainPart(kNoon, 0, 3000);
  part.points.pop_back();  // no "stop"
  part.lengthMs = 3700;
  const MeetingClock clock({part, plainPart(kNoon + 10'000, 3700, 1000)}, kNoon);
  EXPECT_EQ(clock.mediaAt(kNoon + 3500), 3500);
  ASSERT_EQ(clock.gaps().size(), 1u);
  EXPECT_EQ(clock.gaps()[0].fromUnixMs, kNoon + 3700);
}

// The disk lost the end of the media, but not of the sidecar.
TEST(MeetingClock, LeavesOutPointsBeyondTheMedia) {
  PartTimes part = plainPart(kNoon, 0, 10'000);
  part.lengthMs = 2500;
  const MeetingClock clock({part}, kNoon);
  EXPECT_EQ(clock.mediaAt(kNoon + 9000), 2500);
}

TEST(MeetingClock, GuessesWhereThereIsNoSidecar) {
  PartTimes first{0, 5000, kNoon + 5100, {}};
  PartTimes second{5000, 4000, kNoon + 20'000, {}};
  const MeetingClock clock({first, second}, kNoon);
  EXPECT_EQ(clock.mediaAt(kNoon + 2000), 2000);
  EXPECT_EQ(clock.mediaAt(kNoon + 17'000), 6000) << "it ended when its file was written last";
}

TEST(MeetingClock, NeverGoesBackWhateverASidecarSays) {
  PartTimes part{0,
                 10'000,
                 0,
                 {{kNoon, 0, PartPointKind::start},
                  {kNoon + 5000, 5000, PartPointKind::tick},
                  {kNoon + 1000, 6000, PartPointKind::tick},
                  {kNoon + 6000, 2000, PartPointKind::resume},
                  {0, 0, PartPointKind::pause},
                  {kNoon + 10'000, 10'000, PartPointKind::stop}}};
  const MeetingClock clock({part}, kNoon);
  std::int64_t before = 0;
  for (std::int64_t ms = 0; ms < 11'000; ms += 100) {
    EXPECT_GE(clock.mediaAt(kNoon + ms), before);
    before = clock.mediaAt(kNoon + ms);
  }
  EXPECT_EQ(before, 10'000);
}

TEST(MeetingClock, TakesEachPartByItsOwnTimesWhenTheClockWasSetBack) {
  const std::int64_t early = kNoon - 3'600'000;
  const MeetingClock clock(
      {plainPart(kNoon, 0, 10'000), plainPart(early, 10'000, 5000), plainPart(early + 9000, 15'000, 2000)},
      kNoon);
  EXPECT_EQ(clock.mediaAt(kNoon + 4000), 4000);
  EXPECT_EQ(clock.mediaAt(kNoon + 99'000), 10'000);
  EXPECT_EQ(clock.mediaAt(early - 1000), 10'000) << "before the part that was recorded then";
  EXPECT_EQ(clock.mediaAt(early + 3000), 13'000);
  EXPECT_EQ(clock.mediaAt(early + 7000), 15'000) << "between two parts";
  EXPECT_EQ(clock.mediaAt(early + 10'000), 16'000);
  EXPECT_EQ(clock.startUnixMs(), kNoon);
  EXPECT_EQ(clock.endUnixMs(), early + 11'000);
  ASSERT_EQ(clock.gaps().size(), 1u) << "how long the other one was nobody knows";
  EXPECT_EQ(clock.gaps()[0].mediaMs, 15'000);
}

TEST(MeetingClock, TakesTheLaterPartForATimeThatCameTwice) {
  const MeetingClock clock({plainPart(kNoon, 0, 10'000), plainPart(kNoon + 6000, 10'000, 10'000)}, kNoon);
  EXPECT_EQ(clock.mediaAt(kNoon + 5000), 5000);
  EXPECT_EQ(clock.mediaAt(kNoon + 8000), 12'000);
  EXPECT_EQ(clock.mediaAt(kNoon + 16'000), 20'000);
}

TEST(MeetingClock, IsEmptyWithoutParts) {
  const MeetingClock clock({}, kNoon);
  EXPECT_EQ(clock.mediaAt(kNoon), 0);
  EXPECT_EQ(clock.endUnixMs(), 0);
}

}  // namespace
}  // namespace tessera::post
