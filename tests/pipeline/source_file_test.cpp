// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include "source_fixture.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::flashesAndBeeps;
using test::kH264Aac;
using test::makeFilm;
using test::near;
using test::runUntil;
using test::SourceUnderTest;
using test::TemporaryDirectory;

constexpr long kLipsMs = 40;

TEST(SourceFile, PlaysInRealTimeWithLipsAndEnds) {
  const TemporaryDirectory folder;
  makeFilm(folder.path() + "/film.mp4", flashesAndBeeps(4) + kH264Aac);
  SourceUnderTest under;
  under.playFile(folder.path() + "/film.mp4");
  ASSERT_TRUE(runUntil([&] { return under.was(SourcePhase::ended); })) << under.statuses.size();
  EXPECT_TRUE(under.was(SourcePhase::connecting));
  EXPECT_TRUE(under.was(SourcePhase::playing));
  EXPECT_EQ(under.width, 320);
  EXPECT_EQ(under.height, 180);
  EXPECT_NEAR(under.video->probe.frames(), 100, 4);
  EXPECT_LE(under.audio->longest, 960U);
  const auto flashes = under.flashes->times();
  ASSERT_EQ(flashes.size(), 4U);
  for (std::size_t i = 1; i < flashes.size(); ++i)
    EXPECT_NEAR((flashes[i] - flashes[i - 1]) / 1ms, 1000, 25) << i;
  const auto apart = under.apart();
  ASSERT_EQ(apart.size(), 3U);
  for (const long each : apart) EXPECT_LE(std::abs(each), kLipsMs);
}

}  // namespace
}  // namespace tessera
