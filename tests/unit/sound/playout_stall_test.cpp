// SPDX-License-Identifier: Apache-2.0
// A network that stands still for a moment and then hands over what it held back.
#include <gtest/gtest.h>

#include <functional>

#include "pipelines/mix/playout_ring.h"
#include "tones.h"

namespace tessera::mix {
namespace {

using namespace std::chrono_literals;
using namespace test;

constexpr Nanos kStart = 5000s, kNetwork = 30ms, kStall = 10s;
constexpr int kTicks = 30 * 50;

// What each tick of a tone that is sent all the time sounded like.
struct Tick {
  bool whole = false;
  Nanos delay{0};  // from the capture to the play, in packets; when whole
};
using Heard = std::vector<Tick>;

// When packet n arrives.
using Arrival = std::function<Nanos(int packet)>;

Nanos timeOf(int tick) {
  return kStart + tick * kAudioTick + 7ms;
}

// Each packet says by its amplitude which one it is.
double amplitudeOf(int packet) {
  return 4000 + 16.0 * packet;
}

Tick listen(const AudioBlock& block, int tick) {
  Tick out;
  out.whole = true;
  for (std::size_t part = 0; part < 4; ++part)  // 5 ms each
    out.whole = out.whole && rmsDb({block.data() + part * 240, 240}) > -25;
  const double peak = *std::max_element(block.begin() + 480, block.end());  // after any fade
  out.delay = std::lround(tick - (peak - amplitudeOf(0)) / 16) * kAudioTick;
  return out;
}

Heard play(const Arrival& arrives) {
  Heard heard;
  PlayoutRing ring;
  const auto delay = PlayoutDelay::create();
  AudioBlock block;
  int packet = 0;
  for (int t = 0; t < kTicks; ++t) {
    for (; arrives(packet) <= timeOf(t); ++packet) {
      const Nanos captured = kStart + packet * kAudioTick;
      delay->observeAudio(captured, arrives(packet));
      ring.write(tone(500, amplitudeOf(packet), kTickSamples), captured, arrives(packet));
    }
    ring.read(timeOf(t) - delay->value(), false, block);
    heard.push_back(listen(block, t));
  }
  return heard;
}

Nanos missing(const Heard& heard, Nanos from, Nanos to) {
  Nanos sum{0};
  for (int t = 0; t < kTicks; ++t) {
    if (timeOf(t) >= from && timeOf(t) < to && !heard[static_cast<std::size_t>(t)].whole) sum += kAudioTick;
  }
  return sum;
}

Nanos longestDelay(const Heard& heard, Nanos from, Nanos to) {
  Nanos longest{0};
  for (int t = 0; t < kTicks; ++t) {
    if (timeOf(t) >= from && timeOf(t) < to)
      longest = std::max(longest, heard[static_cast<std::size_t>(t)].delay);
  }
  return longest;
}

// What D may be, and the two ticks in which something is captured and played.
constexpr Nanos kLongest = PlayoutDelay::kMax + 2 * kAudioTick;

void expectWholeSince(const Heard& heard, Nanos end) {
  EXPECT_LE(missing(heard, end, end + 1s), 200ms);
  EXPECT_EQ(missing(heard, end + 300ms, kStart + 30s), 0ns);
  EXPECT_LE(longestDelay(heard, end + 300ms, kStart + 30s), kLongest);
  EXPECT_LE(longestDelay(heard, end + 15s, kStart + 30s), 80ms) << "as before the stall, nearly";
}

class PlayoutStall : public testing::TestWithParam<int> {};

// All at once: each of them is late, and the sender is not.
TEST_P(PlayoutStall, IsOverWhenItIsOver) {
  const Nanos begin = kStart + kStall, end = begin + GetParam() * 1ms;
  const Heard heard = play([&](int packet) {
    const Nanos regular = kStart + packet * kAudioTick + kNetwork;
    return regular >= begin && regular < end ? end : regular;
  });
  EXPECT_EQ(missing(heard, kStart + 1s, begin), 0ns);
  expectWholeSince(heard, end);
}

// What was held back comes at four times its speed.
TEST_P(PlayoutStall, IsOverWhenTheLinkHasCaughtUp) {
  const Nanos begin = kStart + kStall, end = begin + GetParam() * 1ms;
  const auto drained = [&](int packet) {
    const Nanos regular = kStart + packet * kAudioTick + kNetwork;
    return regular < begin ? regular : std::max(regular, end + (regular - begin) / 4);
  };
  expectWholeSince(play(drained), end + (end - begin) / 3);
}

std::vector<int> stalls() {
  std::vector<int> out;
  for (int milliseconds = 300; milliseconds <= 2000; milliseconds += 50) out.push_back(milliseconds);
  return out;
}

INSTANTIATE_TEST_SUITE_P(Milliseconds, PlayoutStall, testing::ValuesIn(stalls()));

class PlayoutRecovery : public testing::TestWithParam<int> {};

// A sender that was given further delay, and then is in time again: it is not heard in pieces.
TEST_P(PlayoutRecovery, OfASenderThatWasAlwaysTooLate) {
  const Nanos end = kStart + kStall;
  const Heard heard = play([&](int packet) {
    const Nanos regular = kStart + packet * kAudioTick + kNetwork;
    return regular >= end ? regular : std::max(regular, std::min(regular + GetParam() * 1ms, end));
  });
  EXPECT_EQ(missing(heard, kStart + 4s, end), 0ns) << "has its delay";
  EXPECT_LE(missing(heard, end, end + 1s), 100ms);
  EXPECT_EQ(missing(heard, end + 300ms, kStart + 30s), 0ns);
  EXPECT_LE(longestDelay(heard, end + 10s, kStart + 30s), kLongest);
}

INSTANTIATE_TEST_SUITE_P(Milliseconds, PlayoutRecovery, testing::Values(300, 500, 600, 800, 1200, 1800));

}  // namespace
}  // namespace tessera::mix
