// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/opus_input.h"

#include <gtest/gtest.h>
#include <opus/opus.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

using namespace std::chrono_literals;

constexpr int kFrame = 960;  // 20 ms
using Samples = std::vector<std::int16_t>;

// A buzz at `hertz`, which Opus takes for a voice.
Samples buzz(double hertz, int frames, int channels = 1, int from = 0) {
  Samples samples;
  for (int i = from; i < from + frames * kFrame; ++i) {
    double value = 0;
    for (int k = 1; k <= 8; ++k) value += std::sin(2 * std::numbers::pi * hertz * k * i / 48000.0) / k;
    for (int c = 0; c < channels; ++c)
      samples.push_back(static_cast<std::int16_t>(value * (c ? 1500 : 6000)));
  }
  return samples;
}

struct Encoder {
  explicit Encoder(int channels = 1, bool fec = true) : channels_(channels) {
    encoder_ = opus_encoder_create(48000, channels, OPUS_APPLICATION_VOIP, nullptr);
    opus_encoder_ctl(encoder_, OPUS_SET_BITRATE(40000));
    opus_encoder_ctl(encoder_, OPUS_SET_INBAND_FEC(fec));
    opus_encoder_ctl(encoder_, OPUS_SET_PACKET_LOSS_PERC(30));
  }
  ~Encoder() { opus_encoder_destroy(encoder_); }
  std::vector<std::vector<std::uint8_t>> encode(const Samples& samples) {
    std::vector<std::vector<std::uint8_t>> packets;
    const std::size_t step = static_cast<std::size_t>(kFrame * channels_);
    for (std::size_t at = 0; at + step <= samples.size(); at += step) {
      auto& packet = packets.emplace_back(1500);
      packet.resize(
          static_cast<std::size_t>(opus_encode(encoder_, samples.data() + at, kFrame, packet.data(), 1500)));
    }
    return packets;
  }

 private:
  const int channels_;
  OpusEncoder* encoder_;
};

double levelDb(std::span<const std::int16_t> samples) {
  double sum = 1;
  for (const auto sample : samples) sum += static_cast<double>(sample) * sample;
  return 10 * std::log10(sum / static_cast<double>(samples.size()) / (32768.0 * 32768.0));
}

double toneDb(std::span<const std::int16_t> samples, double hertz) {
  double re = 0, im = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / 48000;
    re += samples[i] * std::cos(angle);
    im += samples[i] * std::sin(angle);
  }
  return 20 * std::log10(2 * std::hypot(re, im) / static_cast<double>(samples.size()) / 32768 + 1e-9);
}

class OpusInputTest : public testing::Test {
 protected:
  explicit OpusInputTest(int channels = 1) {
    input = std::move(*OpusInput::create(channels, stats, [this](auto samples, auto captured) {
      pushes.emplace_back(captured, samples.size());
      heard.insert(heard.end(), samples.begin(), samples.end());
    }));
  }
  // Packet n is captured at 1 s + n * 20 ms.
  void take(int n, std::span<const std::uint8_t> payload, std::optional<int> claimDb = std::nullopt) {
    input->take({static_cast<std::uint16_t>(65530 + n), static_cast<std::uint32_t>(-5000 + n * kFrame),
                 1s + n * 20ms, payload, claimDb});
  }
  std::span<const std::int16_t> frame(int n) const {
    return std::span(heard).subspan(static_cast<std::size_t>(n * kFrame), kFrame);
  }

  std::shared_ptr<OpusInputStats> stats = std::make_shared<OpusInputStats>();
  std::unique_ptr<OpusInput> input;
  std::vector<std::pair<OpusInput::Nanos, std::size_t>> pushes;
  Samples heard;
};

TEST_F(OpusInputTest, DecodesEachPacketAtOnce) {
  const auto packets = Encoder().encode(buzz(200, 20));
  for (int n = 0; n < 20; ++n) {
    take(n, packets[static_cast<std::size_t>(n)]);
    ASSERT_EQ(pushes.size(), static_cast<std::size_t>(n + 1));
    EXPECT_EQ(pushes.back(), std::pair(OpusInput::Nanos(1s + n * 20ms), std::size_t{kFrame}));
  }
  EXPECT_GT(toneDb(frame(10), 200), -20);
  EXPECT_EQ(stats->decoded, 20u);
  EXPECT_EQ(stats->concealed, 0u);
}

TEST_F(OpusInputTest, MakesALostPacketFromTheNextOnesFec) {
  Encoder encoder;
  auto packets = encoder.encode(buzz(200, 10));
  const auto after = encoder.encode(buzz(330, 10));  // the pitch changes with the lost packet
  packets.insert(packets.end(), after.begin(), after.end());
  for (int n = 0; n < 20; ++n)
    if (n != 11) take(n, packets[static_cast<std::size_t>(n)]);
  EXPECT_EQ(heard.size(), std::size_t{20 * kFrame}) << "nothing is missing";
  EXPECT_EQ(stats->recovered, std::uint64_t{kFrame});
  EXPECT_EQ(stats->concealed, 0u);
  for (int n = 0; n < 20; ++n) EXPECT_EQ(pushes[static_cast<std::size_t>(n)].first, 1s + n * 20ms);
  EXPECT_GT(toneDb(frame(11), 330), toneDb(frame(11), 200) + 6);
}

TEST_F(OpusInputTest, ConcealsGapsOfUpTo120Milliseconds) {
  const auto packets = Encoder().encode(buzz(200, 40));
  for (int n = 0; n < 40; ++n)
    if ((n < 10 || n >= 16) && (n < 20 || n >= 27)) take(n, packets[static_cast<std::size_t>(n)]);
  EXPECT_EQ(stats->recovered, std::uint64_t{kFrame}) << "the last of them";
  EXPECT_EQ(stats->concealed, std::uint64_t{5 * kFrame}) << "the gap of seven packets is left";
  EXPECT_EQ(heard.size(), std::size_t{33 * kFrame});
  EXPECT_GT(levelDb(frame(10)), levelDb(frame(9)) - 6) << "what follows at once goes on";
}

TEST_F(OpusInputTest, KnowsWhatHasNoFec) {
  Encoder encoder(1, false);
  const auto packets = encoder.encode(buzz(200, 20));
  for (int n = 0; n < 20; ++n)
    if (n != 11) take(n, packets[static_cast<std::size_t>(n)]);
  EXPECT_EQ(stats->recovered, 0u);
  EXPECT_EQ(stats->concealed, std::uint64_t{kFrame});
}

TEST_F(OpusInputTest, IgnoresLateAndRepeatedPackets) {
  const auto packets = Encoder().encode(buzz(200, 10));
  for (const int n : {0, 1, 1, 3, 2, 4, 3}) take(n, packets[static_cast<std::size_t>(n)]);
  EXPECT_EQ(heard.size(), std::size_t{5 * kFrame});
  EXPECT_EQ(stats->late, 3u);
}

TEST_F(OpusInputTest, APauseOfTheSenderIsNoLoss) {
  const auto packets = Encoder().encode(buzz(200, 4));
  take(0, packets[0]);
  input->take({65531, 48000u, 3s, packets[1], std::nullopt});  // the next number, a second later
  EXPECT_EQ(stats->concealed, 0u);
  EXPECT_EQ(pushes.back().first, OpusInput::Nanos(3s));
}

TEST_F(OpusInputTest, ASenderMayBeginAnew) {
  const auto packets = Encoder().encode(buzz(200, 4));
  take(0, packets[0]);
  input->take({30000, 77u, 3s, packets[1], std::nullopt});
  input->take({30001, 77u + kFrame, 3s + 20ms, packets[2], std::nullopt});
  EXPECT_EQ(stats->decoded, 3u);
  EXPECT_EQ(stats->concealed, 0u);
}

TEST_F(OpusInputTest, RefusesWhatIsNoOpus) {
  const auto packets = Encoder().encode(buzz(200, 4));
  take(0, packets[0]);
  take(1, {});
  const std::vector<std::vector<std::uint8_t>> bad{
      {0xff},                                // code 3 without its count
      {0x1b, 0x00},                          // no frames
      {0x1b, 0x30, 1, 2, 3},                 // 48 frames of 60 ms
      {0x0a, 0xfe},                          // a length that is cut off
      std::vector<std::uint8_t>(1400, 0x1b)  // a count and lengths beyond the packet
  };
  for (const auto& payload : bad) take(1, payload);
  EXPECT_EQ(stats->refused, 1 + bad.size());
  take(2, packets[1]);
  EXPECT_EQ(stats->decoded, 2u) << "and goes on";
}

TEST_F(OpusInputTest, SurvivesNoise) {
  std::uint32_t state = 1;
  std::vector<std::uint8_t> payload;
  for (int n = 0; n < 3000; ++n) {
    payload.resize((state >> 8) % 300);
    for (auto& byte : payload) byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    state = state * 1664525 + 1013904223;
    take(n + static_cast<int>(state >> 30), payload, -100);
  }
  EXPECT_GT(stats->decoded + stats->refused, 500u);
  for (const auto& push : pushes) EXPECT_LE(push.second, std::size_t{OpusInput::kMaxPacketSamples});
}

// Silence, then a voice whose first packet already says so.
TEST_F(OpusInputTest, SkipsConfirmedSilenceAndKeepsTheFirstSyllable) {
  Encoder encoder;
  const auto silence = encoder.encode(Samples(200 * kFrame));
  const auto voice = encoder.encode(buzz(200, 20));
  Samples whole;  // what one hears who decodes everything
  OpusDecoder* decoder = opus_decoder_create(48000, 1, nullptr);
  for (const auto& packets : {silence, voice}) {
    for (const auto& packet : packets) {
      Samples out(kFrame);
      ASSERT_EQ(kFrame, opus_decode(decoder, packet.data(), static_cast<opus_int32>(packet.size()),
                                    out.data(), kFrame, 0));
      whole.insert(whole.end(), out.begin(), out.end());
    }
  }
  opus_decoder_destroy(decoder);

  int n = 0;
  for (const auto& packet : silence) take(n++, packet, -127);
  EXPECT_GT(stats->skipped, 140u);
  EXPECT_LT(stats->decoded, 60u);
  const auto told = std::ranges::count(pushes, std::size_t{0}, [](const auto& push) { return push.second; });
  EXPECT_EQ(static_cast<std::uint64_t>(told), stats->skipped.load())
      << "the playout delay hears of each packet";
  heard.clear();
  for (const auto& packet : voice) take(n++, packet, -20);
  ASSERT_EQ(heard.size(), std::size_t{20 * kFrame});
  const std::span expected = std::span(whole).last(heard.size());
  Samples error;
  for (std::size_t i = 0; i < heard.size(); ++i)
    error.push_back(static_cast<std::int16_t>((heard[i] - expected[i]) / 2));
  EXPECT_LT(levelDb(error), levelDb(expected) - 20);
}

class OpusStereoInputTest : public OpusInputTest {
 protected:
  OpusStereoInputTest() : OpusInputTest(2) {}
};

TEST_F(OpusStereoInputTest, KeepsTheSidesApartAndTakesMonoToo) {
  const auto packets = Encoder(2).encode(buzz(200, 20, 2));
  for (int n = 0; n < 20; ++n) take(n, packets[static_cast<std::size_t>(n)]);
  ASSERT_EQ(heard.size(), std::size_t{2 * 20 * kFrame});
  Samples left, right;
  for (std::size_t i = heard.size() / 2; i < heard.size(); i += 2) {
    left.push_back(heard[i]);
    right.push_back(heard[i + 1]);
  }
  EXPECT_NEAR(levelDb(left) - levelDb(right), 12, 3);

  heard.clear();
  take(20, Encoder().encode(buzz(200, 1)).front());
  EXPECT_EQ(heard.size(), std::size_t{2 * kFrame});
}

}  // namespace
}  // namespace tessera
