// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/block_joiner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace tessera {
namespace {

using namespace std::chrono_literals;

constexpr std::int16_t kLevel = 10000;

mix::AudioBlock constant(std::int16_t value, int channels = 1) {
  mix::AudioBlock block(channels);
  std::fill(block.begin(), block.end(), value);
  return block;
}

// What comes out, by its place in media time.
class Joined {
 public:
  Joined(int channels, bool filled)
      : joiner(channels, filled, [this, channels](const mix::AudioBlock& block, std::int64_t begin) {
          EXPECT_EQ(begin % mix::kTickSamples, 0);
          EXPECT_TRUE(begins.empty() || begin > begins.back());
          begins.push_back(begin);
          for (int i = 0; i < mix::kTickSamples; ++i)
            samples[begin + i] = block[static_cast<std::size_t>(i * channels)];
        }) {}
  void add(const MediaTime& time, Nanos begin, std::int16_t value, int channels = 1) {
    for (const auto& piece : time.cut(begin)) joiner.add(constant(value, channels), piece);
  }
  std::vector<std::int64_t> begins;
  std::map<std::int64_t, int> samples;
  BlockJoiner joiner;
};

TEST(BlockJoiner, PutsPiecesOnTheGridOfMediaTime) {
  MediaTime time;
  time.run(7ms);  // no block of the mixer begins there
  Joined joined(2, true);
  for (int i = 0; i < 10; ++i) joined.add(time, i * 20ms, kLevel, 2);
  joined.joiner.finish();
  ASSERT_EQ(joined.begins.size(), 10U);
  for (std::int64_t at = 480; at < (200 - 7) * 48; ++at) ASSERT_EQ(joined.samples[at], kLevel) << at;
  EXPECT_EQ(joined.samples[(200 - 7) * 48], 0);
}

// The sound before and after a pause meet without a hole, each faded.
TEST(BlockJoiner, JoinsWhatAPauseCutsApart) {
  MediaTime time;
  Joined joined(1, true);
  time.run(0ms);
  joined.add(time, 0ms, kLevel);
  time.halt(45ms);
  joined.add(time, 20ms, kLevel);
  joined.add(time, 40ms, kLevel);
  time.run(113ms);
  for (Nanos at = 60ms; at < 200ms; at += 20ms) joined.add(time, at, -kLevel);
  joined.joiner.finish();
  const int cut = 45 * 48;
  EXPECT_EQ(joined.samples[cut - 481], kLevel);
  EXPECT_EQ(joined.samples[cut + 480], -kLevel);
  int largest = 0;
  for (int at = cut - 480; at < cut + 480; ++at)
    largest = std::max(largest, std::abs(joined.samples[at] - joined.samples[at - 1]));
  EXPECT_LT(largest, kLevel / 400) << "no click";
}

TEST(BlockJoiner, FillsWhatIsMissingOrLeavesItOut) {
  MediaTime time;
  time.run(0ms);
  for (const bool filled : {true, false}) {
    Joined joined(1, filled);
    joined.add(time, 5ms, kLevel);
    joined.add(time, 1s + 5ms, kLevel);
    joined.joiner.finish();
    EXPECT_EQ(joined.begins.size(), filled ? 52U : 4U);
    EXPECT_EQ(joined.samples[4 * 48], 0);
    EXPECT_EQ(joined.samples[20 * 48], kLevel);
    EXPECT_EQ(joined.samples[26 * 48], 0);
    EXPECT_EQ(joined.samples[1020 * 48], kLevel);
  }
}

TEST(BlockJoiner, LeavesOutWhatLiesInThePast) {
  MediaTime time;
  time.run(0ms);
  Joined joined(1, true);
  joined.add(time, 0ms, kLevel);
  joined.add(time, 10ms, -kLevel);
  joined.joiner.finish();
  EXPECT_EQ(joined.samples[19 * 48], kLevel);
  EXPECT_EQ(joined.samples[20 * 48], -kLevel);
  EXPECT_EQ(joined.samples[30 * 48], 0);
}

}  // namespace
}  // namespace tessera
