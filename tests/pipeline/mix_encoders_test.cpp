// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/mix_encoders.h"

#include <gtest/gtest.h>
#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace tessera {
namespace {

constexpr mix::Nanos kOpusDelay = std::chrono::microseconds(6500);
constexpr mix::Nanos kStart = std::chrono::hours(3);

// Stand-ins for slots: only their addresses matter.
struct Identity {
  const mix::AudioSlot* slot() const { return reinterpret_cast<const mix::AudioSlot*>(this); }
};

// Sines that go on from tick to tick.
mix::AudioBlock sine(int tick, double hz, double amplitude = 8000) {
  mix::AudioBlock block;
  for (int i = 0; i < mix::kTickSamples; ++i) {
    const double t = static_cast<double>(tick * mix::kTickSamples + i) / mix::kSampleRate;
    block[static_cast<std::size_t>(i)] =
        static_cast<std::int16_t>(amplitude * std::sin(2 * std::numbers::pi * hz * t));
  }
  return block;
}

// One receiver's decoder, which never learns where a packet came from.
class Listener {
 public:
  Listener() : decoder_(opus_decoder_create(mix::kSampleRate, 1, nullptr)) {}
  ~Listener() { opus_decoder_destroy(decoder_); }

  std::vector<double> decode(const gst::Ref<GstBuffer>& packet) { return decode(packet, false); }
  // The packet before this one, which was lost.
  std::vector<double> recover(const gst::Ref<GstBuffer>& packet) { return decode(packet, true); }

 private:
  std::vector<double> decode(const gst::Ref<GstBuffer>& packet, bool fec) {
    GstMapInfo map;
    gst_buffer_map(packet.get(), &map, GST_MAP_READ);
    std::array<float, mix::kTickSamples> samples{};
    const int count = opus_decode_float(decoder_, map.data, static_cast<int>(map.size), samples.data(),
                                        mix::kTickSamples, fec ? 1 : 0);
    gst_buffer_unmap(packet.get(), &map);
    return {samples.begin(), samples.begin() + std::max(count, 0)};
  }

  OpusDecoder* decoder_;
};

// The strength of one frequency (Goertzel), as an amplitude in samples of full scale 1.
double strength(const std::vector<double>& samples, double hz) {
  const double step = 2 * std::numbers::pi * hz / mix::kSampleRate;
  double re = 0, im = 0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    re += samples[i] * std::cos(step * static_cast<double>(i));
    im += samples[i] * std::sin(step * static_cast<double>(i));
  }
  return 2 * std::hypot(re, im) / static_cast<double>(samples.size());
}

const gst::Ref<GstBuffer>* personalOf(const EncodedAudio& encoded, const mix::AudioSlot* slot) {
  const auto at = std::ranges::find(encoded.personal, slot, &PersonalPacket::slot);
  return at == encoded.personal.end() ? nullptr : &at->packet;
}

class MixEncodersTest : public testing::Test {
 protected:
  mix::AudioTick tickOf(int number, double commonHz) {
    mix::AudioTick tick;
    tick.time = kStart + number * mix::kAudioTick;
    tick.common = sine(number, commonHz);
    return tick;
  }

  Identity a_, b_, c_;
  MixEncoders encoders_{40};
};

TEST_F(MixEncodersTest, encodesNothingWhenNobodyListens) {
  auto tick = tickOf(0, 400);
  tick.personal.push_back({a_.slot(), sine(0, 700)});
  const EncodedAudio& encoded = encoders_.encode(tick, {});
  EXPECT_FALSE(encoded.common);
  EXPECT_TRUE(encoded.personal.empty());
  EXPECT_EQ(encoders_.encoders(), 0);
}

TEST_F(MixEncodersTest, costsOneEncodeMoreThanTalkersWhateverTheListeners) {
  std::vector<Identity> many(60);
  std::vector<const mix::AudioSlot*> listeners;
  for (const Identity& each : many) listeners.push_back(each.slot());
  auto tick = tickOf(0, 400);
  for (int i = 0; i < 3; ++i) tick.personal.push_back({listeners[static_cast<std::size_t>(i)], sine(0, 500)});
  encoders_.encode(tick, listeners);
  EXPECT_EQ(encoders_.encoders(), 4);
}

TEST_F(MixEncodersTest, givesATalkerWhoDoesNotListenNoStream) {
  auto tick = tickOf(0, 400);
  tick.personal.push_back({a_.slot(), sine(0, 700)});
  const std::vector listeners{b_.slot()};
  const EncodedAudio& encoded = encoders_.encode(tick, listeners);
  EXPECT_TRUE(encoded.common);
  EXPECT_TRUE(encoded.personal.empty());
}

TEST_F(MixEncodersTest, stampsPacketsWithWhereTheSoundBegins) {
  const std::vector listeners{a_.slot()};
  const EncodedAudio& encoded = encoders_.encode(tickOf(7, 400), listeners);
  ASSERT_TRUE(encoded.common);
  EXPECT_EQ(GST_BUFFER_PTS(encoded.common.get()),
            static_cast<GstClockTime>((kStart + 6 * mix::kAudioTick - kOpusDelay).count()));
  EXPECT_EQ(GST_BUFFER_DURATION(encoded.common.get()), 20 * GST_MSECOND);
}

TEST_F(MixEncodersTest, keepsAStreamForAMomentAfterItsTalkerLeftTheSum) {
  const std::vector listeners{a_.slot(), b_.slot()};
  auto first = tickOf(0, 400);
  first.personal.push_back({a_.slot(), sine(0, 700)});
  encoders_.encode(first, listeners);
  int n = 1;
  while (personalOf(encoders_.encode(tickOf(n, 400), listeners), a_.slot()) && n < 100) ++n;
  EXPECT_GT(n, MixEncoders::kMinDrainTicks);
  EXPECT_LE(n, MixEncoders::kMaxDrainTicks);
  EXPECT_EQ(encoders_.encoders(), 1);
}

// One after the other says something short: the streams they leave behind are bounded, and who left first
// goes back to everyone's mix first.
TEST_F(MixEncodersTest, boundsTheStreamsThatDrain) {
  constexpr int kTalkers = 3;
  const std::vector<Identity> many(40);
  std::vector<const mix::AudioSlot*> listeners;
  for (const Identity& each : many) listeners.push_back(each.slot());
  const auto slotAt = [&](int n) { return listeners[static_cast<std::size_t>(n) % listeners.size()]; };
  for (int n = 0; n < 60; ++n) {  // n, n + 1 and n + 2 talk in tick n
    auto tick = tickOf(n, 400);
    for (int i = 0; i < kTalkers; ++i) tick.personal.push_back({slotAt(n + i), sine(n, 700)});
    const EncodedAudio& encoded = encoders_.encode(tick, listeners);
    ASSERT_LE(encoders_.encoders(), 1 + kTalkers + MixEncoders::kMaxDraining);
    if (n < 10) continue;
    EXPECT_EQ(encoded.personal.size(), static_cast<std::size_t>(kTalkers + MixEncoders::kMaxDraining));
    for (int i = -MixEncoders::kMaxDraining; i < kTalkers; ++i)
      EXPECT_TRUE(personalOf(encoded, slotAt(n + i))) << i;
  }
}

// The same sound on both streams: a listener who is moved from one to the other and back must get what one
// who stays gets, to within the coding noise.
TEST_F(MixEncodersTest, changingStreamsIsNotHeard) {
  const std::vector listeners{a_.slot(), b_.slot()};
  Listener moved, stayed;
  double worst = 0;
  int ticksApart = 0;
  for (int n = 0; n < 200; ++n) {
    auto tick = tickOf(n, 440);
    const bool talks = n >= 50 && n < 100;
    if (talks) tick.personal.push_back({a_.slot(), tick.common});
    const EncodedAudio& encoded = encoders_.encode(tick, listeners);
    const auto* own = personalOf(encoded, a_.slot());
    if (own != nullptr) ++ticksApart;
    const auto heard = moved.decode(own ? *own : encoded.common);
    const auto wanted = stayed.decode(encoded.common);
    ASSERT_EQ(heard.size(), wanted.size());
    for (std::size_t i = 0; i < heard.size(); ++i) worst = std::max(worst, std::abs(heard[i] - wanted[i]));
  }
  EXPECT_LT(worst, 0.001);  // of full scale, at a tone of 0.24
  EXPECT_GE(ticksApart, 50 + MixEncoders::kMinDrainTicks);
  EXPECT_LE(ticksApart, 50 + MixEncoders::kMaxDrainTicks);
}

TEST_F(MixEncodersTest, aTalkerHearsTheOthersOnly) {
  const std::vector listeners{a_.slot(), b_.slot()};
  Listener talker;
  std::vector<double> heard;
  for (int n = 0; n < 100; ++n) {
    auto tick = tickOf(n, 1000);  // the talker's own tone, in everyone's mix
    if (n >= 20) tick.personal.push_back({a_.slot(), sine(n, 440)});
    const EncodedAudio& encoded = encoders_.encode(tick, listeners);
    const auto* own = personalOf(encoded, a_.slot());
    const auto samples = talker.decode(own ? *own : encoded.common);
    if (n >= 50) heard.insert(heard.end(), samples.begin(), samples.end());
  }
  const double others = strength(heard, 440), own = strength(heard, 1000);
  EXPECT_NEAR(others, 8000.0 / 32768, 0.03);
  EXPECT_LT(20 * std::log10(own / others), -40);
}

// Something like speech: vowels of 100 ms with as much silence between them.
mix::AudioBlock speech(int tick) {
  mix::AudioBlock block;
  for (int i = 0; i < mix::kTickSamples; ++i) {
    const double t = static_cast<double>(tick * mix::kTickSamples + i) / mix::kSampleRate;
    const double syllable = std::max(0.0, std::sin(2 * std::numbers::pi * 5 * t));
    double sample = 0;
    for (int n = 1; n <= 12; ++n) sample += std::sin(2 * std::numbers::pi * 140 * n * t) / n;
    block[static_cast<std::size_t>(i)] = static_cast<std::int16_t>(7000 * syllable * sample);
  }
  return block;
}

// Loses every fifth packet and makes it up from the one after it.
class LossyListener {
 public:
  void hear(int tick, const gst::Ref<GstBuffer>& packet) {
    const auto wanted = all_.decode(packet);
    if (tick % 5 == 0) {
      lost_ = wanted;
      return;
    }
    if (tick % 5 == 1 && !lost_.empty()) {
      const auto made = loses_.recover(packet);
      for (std::size_t i = 0; tick > 50 && i < made.size(); ++i) {
        error_ += (made[i] - lost_[i]) * (made[i] - lost_[i]);
        power_ += lost_[i] * lost_[i];
      }
    }
    loses_.decode(packet);
  }
  double error() const { return error_ / power_; }  // as a share of what was lost

 private:
  Listener all_, loses_;
  std::vector<double> lost_;
  double error_ = 0, power_ = 0;
};

constexpr double kRecovered = 0.3, kGuessed = 0.6;

TEST_F(MixEncodersTest, whereLittleIsLostNoBitsAreSpentOnIt) {
  for (const int percent : {0, AudioEncoder::kFecFrom - 1, AudioEncoder::kFecFrom, 10, 60}) {
    MixEncoders encoders{40};
    const std::vector listeners{a_.slot()};
    encoders.setLosses({{a_.slot(), percent}});
    LossyListener listener;
    for (int n = 0; n < 200; ++n) {
      auto tick = tickOf(n, 440);
      tick.common = speech(n);
      listener.hear(n, encoders.encode(tick, listeners).common);
    }
    if (percent < AudioEncoder::kFecFrom)
      EXPECT_GT(listener.error(), kGuessed) << percent;
    else
      EXPECT_LT(listener.error(), kRecovered) << percent;
  }
}

TEST_F(MixEncodersTest, aTalkersLossCostsTheOthersNothing) {
  const std::vector listeners{a_.slot(), b_.slot()};
  encoders_.setLosses({{a_.slot(), 15}});
  LossyListener talker, other;
  for (int n = 0; n < 200; ++n) {
    auto tick = tickOf(n, 440);
    tick.common = speech(n);
    tick.personal.push_back({a_.slot(), tick.common});
    const EncodedAudio& encoded = encoders_.encode(tick, listeners);
    const auto* own = personalOf(encoded, a_.slot());
    ASSERT_NE(own, nullptr);
    talker.hear(n, *own);
    other.hear(n, encoded.common);
  }
  EXPECT_LT(talker.error(), kRecovered);
  EXPECT_GT(other.error(), kGuessed);
}

// RFC 6716, 3.1: configurations from 16 on are the music coder; bit 2 says stereo.
TEST(StereoEncoder, KeepsTwoChannelsAndCodesThemAsMusic) {
  auto encoder = AudioEncoder::create(96, 2);
  ASSERT_TRUE(encoder);
  OpusDecoder* decoder = opus_decoder_create(mix::kSampleRate, 2, nullptr);
  std::vector<double> left, right;
  for (int n = 0; n < 60; ++n) {
    mix::AudioBlock block(2);
    const mix::AudioBlock low = sine(n, 440), high = sine(n, 1500);
    for (std::size_t i = 0; i < low.size(); ++i) {
      block[2 * i] = low[i];
      block[2 * i + 1] = high[i];
    }
    const auto packet = encoder->encode(block, kStart);
    GstMapInfo map;
    ASSERT_TRUE(packet && gst_buffer_map(packet.get(), &map, GST_MAP_READ));
    EXPECT_GE(map.data[0] >> 3, 16);
    EXPECT_NE(map.data[0] & 4, 0);
    std::array<float, 2 * mix::kTickSamples> samples{};
    EXPECT_EQ(opus_decode_float(decoder, map.data, static_cast<int>(map.size), samples.data(),
                                mix::kTickSamples, 0),
              mix::kTickSamples);
    gst_buffer_unmap(packet.get(), &map);
    for (std::size_t i = 0; n >= 10 && i < samples.size(); i += 2) {
      left.push_back(samples[i]);
      right.push_back(samples[i + 1]);
    }
  }
  opus_decoder_destroy(decoder);
  EXPECT_NEAR(strength(left, 440), 8000.0 / 32768, 0.02);
  EXPECT_NEAR(strength(right, 1500), 8000.0 / 32768, 0.02);
  EXPECT_LT(20 * std::log10(strength(left, 1500) / strength(right, 1500)), -25);
}

}  // namespace
}  // namespace tessera
