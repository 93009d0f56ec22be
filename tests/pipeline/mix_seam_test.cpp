// SPDX-License-Identifier: Apache-2.0
// What a talker's decoder puts out while they are moved between everyone's mix and theirs: through the mixer,
// the encoders and libopus, without a network.
#include <gtest/gtest.h>
#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "pipelines/encode/mix_encoders.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;
using mix::kTickSamples;

constexpr double kHertz = 440, kOwnHertz = 700;
constexpr int kChanges = 200;
constexpr int kTalkTicks = 8, kPauseTicks = 45;  // within which the stream drains, at the latest 18 + 25
constexpr int kLeadTicks = 50;
constexpr std::size_t kSegment = mix::kSampleRate / 200;  // 5 ms

double turn(double hertz) {
  return 2 * std::numbers::pi * hertz / mix::kSampleRate;
}

std::vector<std::int16_t> sine(double hertz, double amplitude, int tick, int channels) {
  std::vector<std::int16_t> out;
  for (int i = 0; i < kTickSamples; ++i) {
    const double value = amplitude * std::sin(turn(hertz) * (static_cast<double>(tick) * kTickSamples + i));
    out.insert(out.end(), static_cast<std::size_t>(channels), static_cast<std::int16_t>(std::lround(value)));
  }
  return out;
}

struct Case {
  int channels, kbps;
  double amplitude, ownAmplitude;  // of the one who goes on, and of the one who comes and goes
};

// Somebody's decoder, which never learns where a packet came from.
class Receiver {
 public:
  explicit Receiver(int channels)
      : channels_(channels), decoder_(opus_decoder_create(mix::kSampleRate, channels, nullptr)) {}
  ~Receiver() { opus_decoder_destroy(decoder_); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  void take(const gst::Ref<GstBuffer>& packet) {
    std::array<float, kTickSamples * mix::kMaxChannels> samples{};
    GstMapInfo map;
    ASSERT_TRUE(packet && gst_buffer_map(packet.get(), &map, GST_MAP_READ));
    const int count =
        opus_decode_float(decoder_, map.data, static_cast<int>(map.size), samples.data(), kTickSamples, 0);
    gst_buffer_unmap(packet.get(), &map);
    ASSERT_EQ(count, kTickSamples) << "no sample lost or doubled";
    for (std::size_t i = 0; i < kTickSamples; ++i)
      heard.push_back(samples[i * static_cast<std::size_t>(channels_)]);
  }

  // Where the tone is in its period, in samples, over the last 400 ms.
  double phase() const {
    double re = 0, im = 0;
    for (std::size_t i = heard.size() - 20 * kTickSamples; i < heard.size(); ++i) {
      re += heard[i] * std::sin(turn(kHertz) * static_cast<double>(i));
      im += heard[i] * std::cos(turn(kHertz) * static_cast<double>(i));
    }
    return std::atan2(im, re) / turn(kHertz);
  }

  std::vector<double> heard;  // the first channel

 private:
  const int channels_;
  OpusDecoder* const decoder_;
};

class MixSeamTest : public testing::TestWithParam<Case> {
 protected:
  MixSeamTest()
      : other_(mixer_->addSlot(mix::PlayoutDelay::create())),
        talker_(mixer_->addSlot(mix::PlayoutDelay::create())),
        listener_(mixer_->addSlot(mix::PlayoutDelay::create())),
        moved_(GetParam().channels),
        stayed_(GetParam().channels) {}

  void run(int ticks, bool talks) {
    const Case& c = GetParam();
    for (int i = 0; i < ticks; ++i, ++tick_) {
      const mix::Nanos now = 900s + tick_ * mix::kAudioTick;
      other_->push(sine(kHertz, c.amplitude, tick_, c.channels), now - 15ms, now - 12ms);
      const auto own = talks ? c.ownAmplitude : 0;
      talker_->push(sine(kOwnHertz, own, tick_, c.channels), now - 15ms, now - 12ms);
      hear(encoders_.encode(mixer_->tick(now), listeners_));
    }
  }

  void hear(const EncodedAudio& encoded) {
    const auto at = std::ranges::find(encoded.personal, talker_.get(), &PersonalPacket::slot);
    const bool own = at != encoded.personal.end();
    changes_ += own != wasOwn_ ? 1 : 0;
    wasOwn_ = own;
    moved_.take(own ? at->packet : encoded.common);
    stayed_.take(encoded.common);
  }

  std::unique_ptr<mix::AudioMixer> mixer_ = mix::AudioMixer::create({6, GetParam().channels, false});
  MixEncoders encoders_{GetParam().kbps, GetParam().channels};
  const std::shared_ptr<mix::AudioSlot> other_, talker_, listener_;
  const std::vector<const mix::AudioSlot*> listeners_{talker_.get(), listener_.get()};
  Receiver moved_, stayed_;
  int tick_ = 0, changes_ = 0;
  bool wasOwn_ = false;
};

TEST_P(MixSeamTest, SteadySoundStaysSteadyOverTwoHundredChanges) {
  run(kLeadTicks, false);
  for (int i = 0; i < kChanges / 2; ++i) {
    run(kTalkTicks, true);
    run(kPauseTicks, false);
  }
  EXPECT_EQ(changes_, kChanges);
  const auto& heard = moved_.heard;
  const double wanted = 20 * std::log10(GetParam().amplitude / 32768 / std::numbers::sqrt2);
  double least = 1e9, most = -1e9;
  for (std::size_t begin = kLeadTicks / 2 * kTickSamples; begin + kSegment <= heard.size();
       begin += kSegment) {
    double power = 0;
    for (std::size_t i = begin; i < begin + kSegment; ++i) power += heard[i] * heard[i];
    const double level = 10 * std::log10(power / kSegment + 1e-12) - wanted;
    least = std::min(least, level);
    most = std::max(most, level);
  }
  EXPECT_GE(least, -1.5);
  EXPECT_LE(most, 1.5);
  EXPECT_NEAR(moved_.phase(), stayed_.phase(), 0.05) << "samples: nothing slipped";
}

// The second leaves it by 7 dB when a listener goes back without a look at what they would hear; in the third
// the sum is limited.
INSTANTIATE_TEST_SUITE_P(Levels, MixSeamTest,
                         testing::Values(Case{1, 40, 8000, 8000}, Case{1, 40, 12000, 20000},
                                         Case{1, 40, 25000, 25000}, Case{2, 96, 12000, 12000}));

}  // namespace
}  // namespace tessera
