// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/playout_ring.h"

#include <gtest/gtest.h>

#include <functional>

#include "tones.h"

namespace tessera::mix {
namespace {

using namespace std::chrono_literals;
using namespace test;

constexpr double kTone = 500, kAmplitude = 8000;
constexpr Nanos kStart = 5000s;

// A sender of 20 ms packets on a fake clock, and a reader that ticks every 20 ms, 7 ms off.
class PlayoutRingTest : public testing::Test {
 protected:
  // How late packet n arrives; negative: never.
  using Lateness = std::function<Nanos(int packet)>;

  Samples play(int ticks, Nanos delay, const Lateness& lateness) {
    Samples out;
    for (int t = 0; t < ticks; ++t) {
      const Nanos now = kStart + ticks_ * kAudioTick + 7ms;
      for (; kStart + packet_ * packetTime() <= now; ++packet_) deliverLater(lateness(packet_));
      deliver(now);
      AudioBlock block;
      ring_.read(now - delay, quiet_, block);
      append(out, block);
      ++ticks_;
    }
    return out;
  }

  // The sender's clock runs fast by ppm: its packets come more often, and its tone is higher.
  Nanos packetTime() const { return Nanos(static_cast<Nanos::rep>(20e6 / (1 + ppm_ * 1e-6))); }

  void deliverLater(Nanos lateness) {
    if (lateness >= 0ns) waiting_.push_back({packet_, kStart + packet_ * packetTime() + lateness});
  }
  void deliver(Nanos now) {
    while (!waiting_.empty() && waiting_.front().arrival <= now) {
      const auto [number, arrival] = waiting_.front();
      waiting_.erase(waiting_.begin());
      ring_.write(tone(kTone, kAmplitude, kTickSamples, static_cast<std::size_t>(number) * kTickSamples),
                  kStart + number * packetTime(), arrival);
    }
  }

  struct Packet {
    int number;
    Nanos arrival;
  };
  PlayoutRing ring_;
  std::vector<Packet> waiting_;
  double ppm_ = 0;
  bool quiet_ = false;
  int packet_ = 0, ticks_ = 0;
};

const auto kInTime = [](int) { return Nanos(5ms); };

// The slope of the tone itself, with some room for rounding and interpolation.
double smooth() {
  const double turn = 2 * std::numbers::pi * kTone / kSampleRate;
  return kAmplitude * turn * turn * 1.5 + 6;
}

Samples after(const Samples& samples, std::size_t ticks) {
  return {samples.begin() + static_cast<std::ptrdiff_t>(ticks * kTickSamples), samples.end()};
}

TEST_F(PlayoutRingTest, PlaysExactlyWhatWasCapturedAtItsTime) {
  const Samples out = play(50, 20ms, kInTime);
  const auto counters = ring_.counters();
  EXPECT_EQ(counters.late, 0U);
  EXPECT_EQ(counters.skipped, 0U);
  // The block of tick t ends with what was captured at t * 20 + 7 - 20 ms.
  const Samples expected = tone(kTone, kAmplitude, 40 * kTickSamples, 8 * kTickSamples + 336);
  const Samples played(out.begin() + 10 * kTickSamples, out.end());
  EXPECT_EQ(played, expected);
}

TEST_F(PlayoutRingTest, NothingMissingUnderJitterWithinTheDelay) {
  const Samples out = play(300, 45ms, [](int packet) { return Nanos(1ms) * (packet * 17 % 40); });
  EXPECT_EQ(ring_.counters().late, 0U);
  EXPECT_EQ(ring_.counters().missing, 0U);
  EXPECT_LE(roughest(after(out, 5)), smooth());
}

// A lost packet that nobody concealed: 20 ms of silence with soft edges, and everything after it in its
// place.
TEST_F(PlayoutRingTest, AGapIsSilenceWithSoftEdges) {
  const Samples out = play(60, 40ms, [](int packet) { return packet == 20 ? -1ns : Nanos(5ms); });
  const std::size_t gap = 20 * kTickSamples + 2544;  // the output begins 53 ms before the first packet
  EXPECT_LT(rmsDb({out.data() + gap + 260, 600}), -90);
  EXPECT_GT(rmsDb({out.data() + gap - 960, 900}), -20);
  EXPECT_EQ(Samples(out.begin() + static_cast<std::ptrdiff_t>(gap) + 1200, out.end()),
            tone(kTone, kAmplitude, out.size() - gap - 1200, 20 * kTickSamples + 1200));
  double step = 0;  // no jump at the edges
  for (std::size_t i = gap - 480; i < gap + 1440; ++i) {
    step = std::max(step, std::abs(static_cast<double>(out[i]) - out[i - 1]));
  }
  EXPECT_LE(step, kAmplitude * 2 * std::numbers::pi * kTone / kSampleRate * 1.5);
}

TEST_F(PlayoutRingTest, LateSamplesAreDroppedAndCounted) {
  const Samples out = play(60, 20ms, [](int packet) { return packet == 20 ? Nanos(100ms) : Nanos(5ms); });
  EXPECT_EQ(ring_.counters().late, 3U * kTickSamples + 336U)
      << "it, and of those that wait behind it what is past";
  EXPECT_GT(toneDb(after(out, 30), kTone), -16.5);
  const Samples played = after(out, 40);
  EXPECT_EQ(played, tone(kTone, kAmplitude, played.size(), 38 * kTickSamples + 336)) << "still in its place";
}

class PlayoutRingDrift : public PlayoutRingTest, public testing::WithParamInterface<int> {};

// Two minutes of a sender whose clock is off: no click, nothing missing, never more than 3 ms from its place.
TEST_P(PlayoutRingDrift, IsResampledAway) {
  ppm_ = GetParam();
  constexpr int kTicks = 6000;
  const Samples out = play(kTicks, 30ms, kInTime);
  EXPECT_EQ(ring_.counters().late, 0U);
  EXPECT_EQ(ring_.counters().skipped, 0U);
  EXPECT_EQ(ring_.counters().missing, 0U);
  EXPECT_LE(roughest(after(out, 5)), smooth());
  EXPECT_NEAR(toneDb(after(out, kTicks - 50), kTone * (1 + ppm_ * 1e-6)),
              toneDb(tone(kTone, kAmplitude, 48000), kTone), 1.0)
      << "the pitch moves by 0.1 % while resampling";
}

INSTANTIATE_TEST_SUITE_P(Clocks, PlayoutRingDrift, testing::Values(-500, -60, 60, 500));

// Both channels are resampled alike, and stay what they are.
TEST(PlayoutRing, KeepsTwoChannelsApart) {
  PlayoutRing ring(2);
  Samples left, right;
  AudioBlock block(2);
  for (int t = 0; t < 400; ++t) {
    Samples packet;
    for (int i = 0; i < kTickSamples; ++i) {
      const double seconds = (t * kTickSamples + i) / static_cast<double>(kSampleRate);
      packet.push_back(
          static_cast<std::int16_t>(kAmplitude * std::sin(2 * std::numbers::pi * 500 * seconds)));
      packet.push_back(
          static_cast<std::int16_t>(kAmplitude * std::sin(2 * std::numbers::pi * 1250 * seconds)));
    }
    const Nanos captured = kStart + t * kAudioTick;
    ring.write(packet, captured, captured + 5ms);
    ring.read(captured - (t < 100 ? 30ms : 60ms), false, block);  // resampling from tick 100 on
    if (t < 10) continue;
    for (std::size_t i = 0; i < block.size(); i += 2) {
      left.push_back(block[i]);
      right.push_back(block[i + 1]);
    }
  }
  const auto slope = [](double hertz) {
    return kAmplitude * std::pow(2 * std::numbers::pi * hertz / kSampleRate, 2);
  };
  EXPECT_LE(roughest(left), slope(500) * 1.5 + 6);
  EXPECT_LE(roughest(right), slope(1250) * 1.5 + 6);
  const std::span<const std::int16_t> end(left.data() + left.size() - kSampleRate, kSampleRate);
  EXPECT_LT(toneDb(end, 1250), toneDb(end, 500) - 50);
}

// D grows by 60 ms while somebody talks: the sound is stretched by at most 1.5 %, not interrupted.
TEST_F(PlayoutRingTest, AChangeOfDelayIsStretched) {
  play(50, 80ms, kInTime);
  Samples out = play(250, 20ms, kInTime);
  const Samples back = play(400, 80ms, kInTime);
  out.insert(out.end(), back.begin(), back.end());
  EXPECT_LE(roughest(out), smooth());
  EXPECT_EQ(ring_.counters().skipped, 0U);
  const Samples settled = play(20, 80ms, kInTime);
  const auto offset = static_cast<std::size_t>((ticks_ - 20) * kTickSamples - 960 + 336 - 80 * 48);
  double worst = 0;
  const Samples exact = tone(kTone, kAmplitude, settled.size(), offset);
  for (std::size_t i = 0; i < settled.size(); ++i)
    worst = std::max(worst, std::abs(settled[i] - 1.0 * exact[i]));
  EXPECT_LE(worst, kAmplitude * 2 * std::numbers::pi * kTone * 0.0006) << "within 0.6 ms of its place";
}

TEST_F(PlayoutRingTest, AChangeOfDelayTakesEffectAtOnceInSilence) {
  quiet_ = true;
  play(20, 80ms, kInTime);
  play(2, 20ms, kInTime);
  const Samples out = play(10, 20ms, kInTime);
  EXPECT_EQ(out, tone(kTone, kAmplitude, out.size(), 20 * kTickSamples + 336));
}

// A sender that stops for 3 s and comes back is at its place at once.
TEST_F(PlayoutRingTest, ComesBackAfterAStall) {
  play(50, 30ms, kInTime);
  const Samples silence = play(150, 30ms, [](int) { return -1ns; });
  EXPECT_LT(rmsDb(after(silence, 4)), -90);
  play(5, 30ms, kInTime);
  const Samples out = play(50, 30ms, kInTime);
  EXPECT_EQ(out, tone(kTone, kAmplitude, out.size(), 205 * kTickSamples - 960 + 336 - 30 * 48));
  EXPECT_EQ(ring_.counters().missing, 0U) << "a pause is not a loss";
}

TEST_F(PlayoutRingTest, WhatNeverCameAndWhatCameTooLateIsMissing) {
  play(60, 40ms, [](int packet) { return packet == 20 || packet == 21 ? -1ns : Nanos(5ms); });
  EXPECT_EQ(ring_.counters().missing, 2U * kTickSamples);
  play(60, 20ms, [](int packet) { return packet == 80 ? Nanos(70ms) : Nanos(5ms); });
  EXPECT_GE(ring_.counters().missing, 3U * kTickSamples);
  EXPECT_LE(ring_.counters().missing, 6U * kTickSamples);
}

// Always 600 ms late, which no D covers: heard all the same, half a second after it began.
TEST_F(PlayoutRingTest, ASenderThatIsAlwaysTooLateIsHeard) {
  const Samples out = play(200, PlayoutDelay::kMax, [](int) { return Nanos(600ms); });
  EXPECT_NEAR(rmsDb(after(out, 90)), rmsDb(tone(kTone, kAmplitude, 48000)), 0.1);
  EXPECT_LE(roughest(after(out, 90)), smooth());
}

// Twice the samples that the time allows: what waits stays below the limit, and the sound does not stop.
TEST_F(PlayoutRingTest, ASenderThatIsTooFastIsBounded) {
  AudioBlock block;
  int silent = 0;
  for (int t = 0; t < 500; ++t) {
    const Nanos now = kStart + t * kAudioTick;
    ring_.write(tone(kTone, kAmplitude, 2 * kTickSamples, static_cast<std::size_t>(t) * 2 * kTickSamples),
                now - 20ms, now);
    const bool sound = ring_.read(now - 40ms, false, block);
    if (t > 5 && (!sound || rmsDb(block) < -30)) ++silent;
  }
  EXPECT_EQ(silent, 0);
  // What remains when it stops is at most the limit.
  int left = 0;
  for (int t = 500; t < 600; ++t) {
    if (ring_.read(kStart + t * kAudioTick - 40ms, false, block)) ++left;
  }
  EXPECT_LE(left * kTickSamples, PlayoutRing::kMaxBuffered + 2 * kTickSamples);
}

TEST_F(PlayoutRingTest, HugeAndEmptyAndTimelessWritesAreHarmless) {
  AudioBlock block;
  EXPECT_FALSE(ring_.read(kStart, false, block));
  ring_.write({}, kStart, kStart);
  EXPECT_FALSE(ring_.read(kStart, false, block));
  const Samples minute = tone(kTone, kAmplitude, 60 * kSampleRate);
  ring_.write(minute, kStart, kStart + 60s);
  ring_.read(kStart + 60s, false, block);
  ring_.write({minute.data(), kTickSamples}, 0ns, kStart + 61s);             // no capture time
  ring_.write({minute.data(), kTickSamples}, kStart + 9000s, kStart + 61s);  // from the future
  ring_.write({minute.data(), kTickSamples}, kStart - 3000s, kStart + 62s);  // long past
  for (int t = 0; t < 100; ++t) ring_.read(kStart + 62s + t * kAudioTick, t % 2 == 0, block);
}

}  // namespace
}  // namespace tessera::mix
