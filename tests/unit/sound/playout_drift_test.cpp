// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "pipelines/mix/playout_ring.h"
#include "tones.h"

namespace tessera::mix {
namespace {

using namespace std::chrono_literals;
using namespace test;

constexpr double kTone = 500, kAmplitude = 8000;
constexpr Nanos kStart = 5000s;

// The slope of the tone itself, with some room for rounding and interpolation.
double smooth() {
  const double turn = 2 * std::numbers::pi * kTone / kSampleRate;
  return kAmplitude * turn * turn * 1.5 + 6;
}

// How many samples later than `expected` a tone of kTone is that begins somewhere in a period.
double samplesBehind(std::span<const std::int16_t> samples, double expected) {
  double re = 0, im = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double angle = 2 * std::numbers::pi * kTone * (static_cast<double>(i) + expected) / kSampleRate;
    re += samples[i] * std::sin(angle);
    im += samples[i] * std::cos(angle);
  }
  return -std::atan2(im, re) * kSampleRate / (2 * std::numbers::pi * kTone);
}

class PlayoutDrift : public testing::TestWithParam<int> {};

// An hour of a sender whose clock is 300 ppm off, over a network that delays by 0 to 12 ms: by its end the
// clocks are 1.08 s apart. What is played stays within a millisecond of its time, and nothing is lost,
// skipped or heard.
TEST_P(PlayoutDrift, StaysWithinItsDelay) {
  constexpr int kTicks = 3600 * 50;
  const double packetNanos = 20e6 / (1 + GetParam() * 1e-6);
  const Samples packet = tone(kTone, kAmplitude, kTickSamples);  // whole periods: each is like the next
  PlayoutRing ring;
  AudioBlock block;
  double worst = 0, roughness = 0;
  std::int64_t sent = 0;
  const auto capturedAt = [&](std::int64_t n) {
    return kStart + Nanos(static_cast<Nanos::rep>(static_cast<double>(n) * packetNanos));
  };
  const auto arrivesAt = [&](std::int64_t n) { return capturedAt(n) + 1ms * (n * 7 % 13); };
  for (int t = 5; t < kTicks; ++t) {
    const Nanos now = kStart + t * kAudioTick + 7ms;
    for (; arrivesAt(sent) <= now; ++sent) ring.write(packet, capturedAt(sent), arrivesAt(sent));
    const Nanos end = now - 40ms;
    ring.read(end, false, block);
    if (t < 50 || t % 10 != 0) continue;
    const double begin =
        static_cast<double>((end - kAudioTick - kStart).count()) / packetNanos * kTickSamples;
    worst = std::max(worst, std::abs(samplesBehind(block, begin)));
    roughness = std::max(roughness, roughest(block));
  }
  EXPECT_LE(worst, kSampleRate / 1000);
  EXPECT_LE(roughness, smooth());
  EXPECT_EQ(ring.counters().missing, 0U);
  EXPECT_EQ(ring.counters().late, 0U);
  EXPECT_EQ(ring.counters().skipped, 0U);
}

INSTANTIATE_TEST_SUITE_P(Clocks, PlayoutDrift, testing::Values(-300, 300));

}  // namespace
}  // namespace tessera::mix
