// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <numbers>

#include "pipelines/encode/aac_encoder.h"
#include "support/program_decoders.h"
#include "support/without_elements.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::AacDecoder;
using test::toneDb;

constexpr mix::Nanos kStart = std::chrono::hours(60);  // where nanoseconds times samples would overflow

struct Case {
  const char* name;
  int channels;
  const char* missing;  // an element that is not installed
};

class AacEncoderTest : public testing::TestWithParam<Case> {
 protected:
  int channels() const { return GetParam().channels; }

  // 1 kHz at -6 dB from tick `from` to tick `to`, and silence.
  mix::AudioBlock block(int tick, int from, int to) {
    mix::AudioBlock sound(channels());
    for (int i = 0; i < mix::kTickSamples; ++i) {
      const double turns = 1000.0 * (tick * mix::kTickSamples + i) / mix::kSampleRate;
      const double value = tick >= from && tick < to ? 16384 * std::sin(2 * std::numbers::pi * turns) : 0;
      for (int channel = 0; channel < channels(); ++channel)
        sound[static_cast<std::size_t>(i * channels() + channel)] = static_cast<std::int16_t>(value);
    }
    return sound;
  }

  const test::WithoutElements missing_{GetParam().missing};

  // The first channel.
  std::vector<std::int16_t> heard(const AacDecoder& decoder) const {
    std::vector<std::int16_t> samples;
    for (std::size_t i = 0; i < decoder.samples.size(); i += static_cast<std::size_t>(channels()))
      samples.push_back(decoder.samples[i]);
    return samples;
  }
};

mix::Nanos timeOf(std::size_t sample) {
  return mix::Nanos(1s) * static_cast<std::int64_t>(sample) / mix::kSampleRate;
}

// The time from the first sample to where it is loud for the first and for the last time.
std::pair<mix::Nanos, mix::Nanos> loudPart(const std::vector<std::int16_t>& samples) {
  const auto loud = [](std::int16_t sample) { return std::abs(sample) > 6000; };
  const auto first = std::ranges::find_if(samples, loud);
  const auto last = std::find_if(samples.rbegin(), samples.rend(), loud);
  return {timeOf(static_cast<std::size_t>(first - samples.begin())),
          timeOf(static_cast<std::size_t>(samples.rend() - last))};
}

TEST_P(AacEncoderTest, bringsEachSoundAtItsTimeAndWithoutAHole) {
  AacDecoder decoder(channels());
  auto encoder =
      AacEncoder::create(96, channels(), [&](const gst::Ref<GstBuffer>& packet) { decoder.push(packet); });
  ASSERT_TRUE(encoder) << encoder.error().text;
  for (int tick = 0; tick < 100; ++tick)
    ASSERT_TRUE((*encoder)->encode(block(tick, 25, 50), kStart + tick * mix::kAudioTick));
  ASSERT_TRUE((*encoder)->finish());
  decoder.drain();

  const auto samples = heard(decoder);
  const auto [from, to] = loudPart(samples);
  const mix::Nanos before = kStart - decoder.begin();  // what the encoder adds in front
  EXPECT_GT(before, 0ms);
  EXPECT_LT(before, 50ms);
  EXPECT_NEAR(static_cast<double>((from - before) / 1us), 500'000, 1500);
  EXPECT_NEAR(static_cast<double>((to - before) / 1us), 1'000'000, 1500);
  EXPECT_GE(timeOf(samples.size()) - before, 2000ms) << "the end is missing";
  const auto middle =
      std::span(samples).subspan(static_cast<std::size_t>((before / 1us + 600'000) * 48 / 1000), 14400);
  EXPECT_NEAR(toneDb(middle, 1000), -6, 1);
}

TEST_P(AacEncoderTest, fillsAHoleWithSilenceSoThatWhatFollowsIsInTime) {
  AacDecoder decoder(channels());
  auto encoder =
      AacEncoder::create(96, channels(), [&](const gst::Ref<GstBuffer>& packet) { decoder.push(packet); });
  ASSERT_TRUE(encoder) << encoder.error().text;
  for (int tick = 0; tick < 100; ++tick) {
    if (tick >= 10 && tick < 40) continue;  // the ticks of 600 ms that a stopped process missed
    ASSERT_TRUE((*encoder)->encode(block(tick, 50, 60), kStart + tick * mix::kAudioTick));
  }
  ASSERT_TRUE((*encoder)->finish());
  decoder.drain();
  const auto [from, to] = loudPart(heard(decoder));
  const mix::Nanos before = kStart - decoder.begin();
  EXPECT_NEAR(static_cast<double>((from - before) / 1us), 1'000'000, 1500);
  EXPECT_NEAR(static_cast<double>((to - before) / 1us), 1'200'000, 1500);
}

TEST_P(AacEncoderTest, leavesALongHoleInTheTimes) {
  std::vector<mix::Nanos> times;
  auto encoder = AacEncoder::create(96, channels(), [&](const gst::Ref<GstBuffer>& packet) {
    times.emplace_back(GST_BUFFER_PTS(packet.get()));
  });
  ASSERT_TRUE(encoder) << encoder.error().text;
  for (int tick = 0; tick < 50; ++tick)
    ASSERT_TRUE(
        (*encoder)->encode(block(tick, 0, 50), kStart + tick * mix::kAudioTick + (tick < 25 ? 0s : 60s)));
  ASSERT_TRUE((*encoder)->finish());
  EXPECT_LT(times.size(), 60U);
  EXPECT_NEAR(static_cast<double>((times.back() - kStart) / 1ms), 61'000, 25);
}

INSTANTIATE_TEST_SUITE_P(Encoders, AacEncoderTest,
                         testing::Values(Case{"libav_mono", 1, "voaacenc"},
                                         Case{"libav_stereo", 2, "voaacenc"},
                                         Case{"visualon_mono", 1, "avenc_aac"},
                                         Case{"visualon_stereo", 2, "avenc_aac"}),
                         [](const auto& each) { return each.param.name; });

TEST(AacEncoder, saysWhatItsPacketsAre) {
  EXPECT_EQ(AacEncoder::config(1), (std::vector<std::uint8_t>{0x11, 0x88}));
  EXPECT_EQ(AacEncoder::config(2), (std::vector<std::uint8_t>{0x11, 0x90}));
}

}  // namespace
}  // namespace tessera
