// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/media_time.h"

#include <gtest/gtest.h>

#include <random>

namespace tessera {
namespace {

using namespace std::chrono_literals;
using Piece = MediaTime::Piece;

constexpr Nanos kBegin = 1234567h + 89ns;  // a machine that has been up for long

TEST(MediaTime, CountsSamplesWithoutOverflow) {
  for (const std::int64_t samples : {std::int64_t{0}, std::int64_t{1}, std::int64_t{48000 * 86400L * 3650}})
    EXPECT_LE(std::abs(samplesIn(timeOfSamples(samples) + 1ns) - samples), 0) << samples;
  EXPECT_EQ(samplesIn(kBegin), 1234567LL * 3600 * 48000);
  EXPECT_EQ(samplesIn(-1ns), -1);
  EXPECT_EQ(samplesIn(-20ms), -960);
}

TEST(MediaTime, BeginsWithZeroAndStandsStillInPauses) {
  MediaTime time;
  EXPECT_FALSE(time.at(kBegin));
  time.run(kBegin);
  EXPECT_EQ(time.at(kBegin), 0ns);
  EXPECT_EQ(time.at(kBegin + 3s), 3s);
  EXPECT_FALSE(time.at(kBegin - 1ns));
  EXPECT_EQ(time.halt(kBegin + 4s), kBegin + 4s);
  EXPECT_FALSE(time.running());
  EXPECT_FALSE(time.at(kBegin + 4s)) << "what is of the pause is cut out";
  EXPECT_EQ(time.before(kBegin + 9s), 4s);
  time.run(kBegin + 10s);
  EXPECT_EQ(time.at(kBegin + 11s), 5s);
  EXPECT_EQ(time.at(kBegin + 3s), 3s) << "a late picture from before the pause";
}

// A run ends with a whole sample, so that no fraction of one adds up over many pauses.
TEST(MediaTime, PictureAndSoundStayTogetherOverManyPauses) {
  std::mt19937 random(5);
  MediaTime time;
  Nanos now = kBegin;
  for (int i = 0; i < 1000; ++i) {
    time.run(now);
    now += Nanos(random() % 3'000'000'000);
    now = time.halt(now) + Nanos(random() % 1'000'000'000);
  }
  time.run(now);
  const auto pieces = time.cut(now - 7ms);
  ASSERT_FALSE(pieces.empty());
  const Piece& piece = pieces.back();
  const Nanos sound = timeOfSamples(piece.at);
  const Nanos picture = *time.at(now - 7ms + timeOfSamples(piece.from) + 21us);
  EXPECT_LT(std::chrono::abs(picture - sound), 42us) << "within two samples";
}

TEST(MediaTime, CutsABlockWhereTheRecordingBeginsAndHalts) {
  MediaTime time;
  time.run(kBegin);
  EXPECT_TRUE(time.cut(kBegin - 20ms).empty());
  auto pieces = time.cut(kBegin - 5ms);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].from, 240);
  EXPECT_EQ(pieces[0].count, 720);
  EXPECT_EQ(pieces[0].at, 0);
  time.halt(kBegin + 50ms);
  pieces = time.cut(kBegin + 35ms);
  ASSERT_EQ(pieces.size(), 1U);
  EXPECT_EQ(pieces[0].from, 0);
  EXPECT_EQ(pieces[0].count, 720);
  EXPECT_EQ(pieces[0].at, 1680);
  EXPECT_TRUE(time.cut(kBegin + 50ms).empty());
}

// A pause that is shorter than a block leaves two pieces of it, which lie side by side.
TEST(MediaTime, CutsAShortPauseOutOfABlock) {
  MediaTime time;
  time.run(kBegin);
  time.halt(kBegin + 5ms);
  time.run(kBegin + 15ms);
  const auto pieces = time.cut(kBegin);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_EQ(pieces[0].from, 0);
  EXPECT_EQ(pieces[0].count, 240);
  EXPECT_EQ(pieces[1].from, 720);
  EXPECT_EQ(pieces[1].count, 240);
  EXPECT_EQ(pieces[1].at, 240);
}

TEST(MediaTime, FadesTenMillisecondsOnEachSideOfACut) {
  MediaTime time;
  time.run(kBegin);
  time.halt(kBegin + 1s);
  const auto first = time.cut(kBegin).at(0), last = time.cut(kBegin + 980ms).at(0);
  EXPECT_LT(first.gain(0), 0.01F);
  EXPECT_NEAR(first.gain(240), 0.5F, 0.01F);
  EXPECT_EQ(first.gain(480), 1.F);
  EXPECT_EQ(last.gain(479), 1.F);
  EXPECT_NEAR(last.gain(719), 0.5F, 0.01F);
  EXPECT_LT(last.gain(959), 0.01F);
  MediaTime open;
  open.run(kBegin);
  EXPECT_EQ(open.cut(kBegin + 20ms).at(0).gain(959), 1.F) << "nobody knows of an end yet";
}

TEST(MediaTime, DoesNotRunBackwards) {
  MediaTime time;
  time.run(kBegin);
  EXPECT_EQ(time.halt(kBegin - 1s), kBegin);
  time.run(kBegin - 2s);
  EXPECT_EQ(time.at(kBegin), 0ns);
  EXPECT_FALSE(time.at(kBegin - 1s));
}

}  // namespace
}  // namespace tessera
