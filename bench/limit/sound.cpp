// SPDX-License-Identifier: Apache-2.0
#include "bench/limit/sound.h"

#include <algorithm>

namespace tessera::bench {
namespace {

constexpr std::size_t kMostBytes = 1275;  // RFC 6716, 3.4: one frame

// The room's settings: pipelines/encode/audio_encoder.cpp.
OpusEncoder* makeEncoder(int kbps, int& error) {
  OpusEncoder* encoder = opus_encoder_create(kSoundRate, 1, OPUS_APPLICATION_VOIP, &error);
  if (!encoder) return nullptr;
  opus_encoder_ctl(encoder, OPUS_SET_BITRATE(kbps * 1000));
  opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(5));
  opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(1));
  opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(10));
  opus_encoder_ctl(encoder, OPUS_SET_DTX(0));
  return encoder;
}

}  // namespace

Result<Sound> Sound::create(int talkers, int kbps) {
  Sound sound;
  int error = OPUS_OK;
  for (int i = 0; i < talkers && error == OPUS_OK; ++i) {
    sound.talkers_.emplace_back();
    sound.talkers_.back().decoder.reset(opus_decoder_create(kSoundRate, 1, &error));
  }
  for (int i = 0; i <= talkers && error == OPUS_OK; ++i) {
    sound.mixes_.emplace_back();
    sound.mixes_.back().encoder.reset(makeEncoder(kbps, error));
  }
  if (error != OPUS_OK) return fail(ErrorCode::internal, "opening Opus: {}", opus_strerror(error));
  return sound;
}

bool Sound::decode(int talker, std::span<const std::uint8_t> packet) {
  Talker& who = talkers_[static_cast<std::size_t>(talker)];
  return opus_decode(who.decoder.get(), packet.data(), static_cast<opus_int32>(packet.size()),
                     who.samples.data(), kSoundSamples, 0) == kSoundSamples;
}

void Sound::mix() {
  std::array<int, kSoundSamples> sum{};
  for (const Talker& talker : talkers_)
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += talker.samples[i];
  for (std::size_t m = 0; m < mixes_.size(); ++m) {
    const bool everybody = m == talkers_.size();
    for (std::size_t i = 0; i < sum.size(); ++i)
      mixes_[m].samples[i] = static_cast<opus_int16>(
          std::clamp(everybody ? sum[i] : sum[i] - talkers_[m].samples[i], -32768, 32767));
  }
}

bool Sound::encode() {
  for (Mix& mix : mixes_) {
    mix.packet.resize(kMostBytes);
    const opus_int32 bytes = opus_encode(mix.encoder.get(), mix.samples.data(), kSoundSamples,
                                         mix.packet.data(), static_cast<opus_int32>(kMostBytes));
    if (bytes < 0) return false;
    mix.packet.resize(static_cast<std::size_t>(bytes));
  }
  return true;
}

std::span<const std::uint8_t> Sound::packetFor(int person) const {
  return mixes_[std::min(static_cast<std::size_t>(person), talkers_.size())].packet;
}

}  // namespace tessera::bench
