// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/limiter.h"

#include <gtest/gtest.h>

#include "tones.h"

namespace tessera::mix {
namespace {

SumBlock loud(double amplitude, std::size_t block) {
  SumBlock out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double phase =
        2 * std::numbers::pi * 400 * static_cast<double>(block * kTickSamples + i) / kSampleRate;
    out[i] = static_cast<int>(std::lround(amplitude * std::sin(phase)));
  }
  return out;
}

TEST(Limiter, LeavesWhatFitsAlone) {
  Limiter limiter;
  AudioBlock out;
  const SumBlock in = loud(31000, 0);
  limiter.apply(in, out);
  EXPECT_TRUE(std::ranges::equal(in, out));
}

TEST(Limiter, BringsLoudSoundDownAndRecovers) {
  Limiter limiter;
  AudioBlock out;
  test::Samples all;
  for (std::size_t block = 0; block < 20; ++block) {
    limiter.apply(loud(90000, block), out);
    test::append(all, out);
  }
  const std::span<const std::int16_t> settled(all.data() + kTickSamples, all.size() - kTickSamples);
  EXPECT_LE(*std::ranges::max_element(settled), 32001);
  EXPECT_GE(*std::ranges::max_element(settled), 31000);
  EXPECT_LE(test::toneDb(settled, 1200), test::toneDb(settled, 400) - 60) << "no distortion";

  double before = 0;
  for (std::size_t block = 20; block < 180; ++block) {
    limiter.apply(loud(10000, block), out);
    const double peak = *std::ranges::max_element(out);
    EXPECT_GE(peak, before - 1) << "recovers steadily";
    before = peak;
  }
  EXPECT_NEAR(before, 10000, 1);
}

}  // namespace
}  // namespace tessera::mix
