// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "post/opus_packets.h"
#include "post/part_scan.h"
#include "post/sound_run.h"

namespace tessera::post {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(OpusPackets, TellHowLongTheyAre) {
  EXPECT_EQ(opusDuration(opusSilence(kOpusSilence, 2)), 960);
  EXPECT_EQ(opusDuration(opusSilence(kOpusShortSilence, 1)), 120);
  EXPECT_EQ(opusDuration(Bytes{0x08, 1}), 960) << "SILK, 20 ms";
  EXPECT_EQ(opusDuration(Bytes{0x78, 1}), 960) << "hybrid, 20 ms";
  EXPECT_EQ(opusDuration(Bytes{0xfd, 1, 2}), 1920) << "two frames";
  EXPECT_EQ(opusDuration(Bytes{0xff, 0x03, 1, 2, 3}), 2880) << "three frames";
  EXPECT_EQ(opusDuration(Bytes{0xfd, 1}), std::nullopt) << "two frames of half a byte";
  EXPECT_EQ(opusDuration(Bytes{0xff, 0x3f, 1}), std::nullopt) << "more than 120 ms";
  EXPECT_EQ(opusDuration(Bytes{0xff, 0x00}), std::nullopt) << "no frame";
  EXPECT_EQ(opusDuration({}), std::nullopt);
}

TEST(SoundRun, CountsSamplesAndNotTimestamps) {
  SoundRun run(toleranceOf(960));
  run.beginAt(0);
  for (int i = 0; i < 100; ++i) {
    const SoundRun::Step step = run.step(i * 960 + (i % 3 - 1) * 5);  // timestamps of 0.1 ms
    EXPECT_TRUE(step.keep);
    EXPECT_EQ(step.silence, 0);
    run.wrote(960);
  }
  EXPECT_EQ(run.end(), 96'000);
}

TEST(SoundRun, FillsHolesAndLeavesOutWhatComesTwice) {
  SoundRun run(toleranceOf(960));
  run.wrote(960);
  EXPECT_EQ(run.step(960 + 4800).silence, 4800);
  run.wrote(4800);
  EXPECT_FALSE(run.step(960).keep);
  EXPECT_TRUE(run.step(5760).keep);
}

constexpr Ticks kPacket = 960;

TEST(PlacePart, LeavesTheFirstPartWhereItIs) {
  const Placement exact = placePart({1000, 1000, 50'000}, true, 0, kPacket);
  EXPECT_EQ(exact.shift, -1000);
  EXPECT_EQ(exact.soundBegin, 0);
  EXPECT_EQ(exact.silentPackets, 0);
  const Placement later = placePart({0, 500, 50'000}, true, 0, kPacket);
  EXPECT_EQ(later.shift, 0);
  EXPECT_EQ(later.soundBegin, 500) << "less than a packet need not be filled";
}

TEST(PlacePart, FillsTheFirstPartUpToALateSound) {
  const Placement place = placePart({0, 10'000, 50'000}, true, 0, kPacket);
  EXPECT_EQ(place.silentPackets, 10);
  EXPECT_EQ(place.soundBegin + place.silentPackets * kPacket, 10'000 + place.shift);
}

// Whatever the parts look like, the sound has no hole and the picture goes with it.
TEST(PlacePart, PutsLaterPartsBehindWithoutTearingSoundAndPictureApart) {
  for (const Ticks late : {0, 1, 500, 960, 961, 30'000}) {
    const PartSpan span{7, 7 + late, 100'000};
    const Placement place = placePart(span, false, 48'000, kPacket);
    EXPECT_EQ(place.soundBegin, 48'000);
    EXPECT_GE(place.silentPackets, 1);
    EXPECT_EQ(48'000 + place.silentPackets * kPacket, span.firstSound + place.shift) << late;
    EXPECT_GE(span.origin + place.shift, 48'000) << "a picture over those of the part before";
    EXPECT_LE(span.origin + place.shift, 48'000 + kPacket);
  }
}

}  // namespace
}  // namespace tessera::post
