// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/audio_encoder.h"

#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace tessera {
namespace {

constexpr int kComplexity = 5;  // of 10; above, the gain is in music
// How far what a decoder puts out lags behind what the encoder was given (OPUS_GET_LOOKAHEAD at 48 kHz).
constexpr mix::Nanos kLookahead = std::chrono::microseconds(6500);
constexpr std::size_t kMaxPacketBytes = 1275;  // RFC 6716, 3.4: one frame

}  // namespace

void AudioEncoder::Free::operator()(OpusEncoder* encoder) const {
  opus_encoder_destroy(encoder);
}

Result<AudioEncoder> AudioEncoder::create(int kbps, int channels) {
  int error = OPUS_OK;
  const bool speech = channels == 1;
  const int application = speech ? OPUS_APPLICATION_VOIP : OPUS_APPLICATION_AUDIO;
  OpusEncoder* encoder = opus_encoder_create(mix::kSampleRate, channels, application, &error);
  if (error != OPUS_OK) return fail(ErrorCode::internal, "making an Opus encoder: {}", opus_strerror(error));
  opus_encoder_ctl(encoder, OPUS_SET_BITRATE(kbps * 1000));
  opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(kComplexity));
  opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(speech ? OPUS_AUTO : OPUS_SIGNAL_MUSIC));
  opus_encoder_ctl(encoder, OPUS_SET_DTX(0));  // a gap would upset recorders, and the mix is seldom silent
  return AudioEncoder(encoder, channels);
}

// Only the speech coder has FEC.
void AudioEncoder::setLoss(int percent) {
  percent = std::clamp(percent, 0, kMaxLoss);
  if (percent == loss_) return;
  loss_ = percent;
  opus_encoder_ctl(encoder_.get(), OPUS_SET_INBAND_FEC(channels_ == 1 && percent >= kFecFrom ? 1 : 0));
  opus_encoder_ctl(encoder_.get(), OPUS_SET_PACKET_LOSS_PERC(percent));
}

void AudioEncoder::continueFrom(const AudioEncoder& other) {
  // opus.h: "the encoder state is always continuous in memory and only a shallow copy is enough".
  std::memcpy(static_cast<void*>(encoder_.get()), other.encoder_.get(),
              static_cast<std::size_t>(opus_encoder_get_size(channels_)));
  loss_ = other.loss_;
}

gst::Ref<GstBuffer> AudioEncoder::encode(const mix::AudioBlock& block, mix::Nanos time) {
  std::array<unsigned char, kMaxPacketBytes> packet;
  const opus_int32 bytes =
      opus_encode(encoder_.get(), block.data(), mix::kTickSamples, packet.data(), packet.size());
  if (bytes < 0) return {};
  GstBuffer* buffer = gst_buffer_new_memdup(packet.data(), static_cast<gsize>(bytes));
  GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>((time - kLookahead).count());
  GST_BUFFER_DURATION(buffer) = static_cast<GstClockTime>(mix::kAudioTick.count());
  return gst::Ref<GstBuffer>::adopt(buffer);
}

}  // namespace tessera
