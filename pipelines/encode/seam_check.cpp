// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/seam_check.h"

#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "pipelines/mix/audio_block.h"

namespace tessera {
namespace {

constexpr int kSegment = mix::kSampleRate / 200;  // 5 ms: a click counts, however short
constexpr double kInaudible = 1e-7;               // power, full scale is 1: -70 dBov

}  // namespace

void SeamCheck::Free::operator()(OpusDecoder* decoder) const {
  opus_decoder_destroy(decoder);
}

Result<SeamCheck> SeamCheck::create(int channels) {
  std::array<Decoder, 3> decoders;
  for (Decoder& decoder : decoders) {
    int error = OPUS_OK;
    decoder.reset(opus_decoder_create(mix::kSampleRate, channels, &error));
    if (error != OPUS_OK)
      return fail(ErrorCode::internal, "making an Opus decoder: {}", opus_strerror(error));
  }
  return SeamCheck(channels, std::move(decoders[0]), std::move(decoders[1]), std::move(decoders[2]));
}

SeamCheck::SeamCheck(int channels, Decoder stays, Decoder target, Decoder moves)
    : channels_(channels),
      stays_(std::move(stays)),
      target_(std::move(target)),
      moves_(std::move(moves)),
      wanted_(static_cast<std::size_t>(mix::kTickSamples * channels)),
      heard_(wanted_.size()) {}

// What is lost or broken is silence.
void SeamCheck::decode(OpusDecoder* decoder, GstBuffer* packet, std::vector<float>& samples) {
  GstMapInfo map;
  int count = 0;
  if (gst_buffer_map(packet, &map, GST_MAP_READ)) {
    const auto bytes = static_cast<opus_int32>(map.size);
    count = opus_decode_float(decoder, map.data, bytes, samples.data(), mix::kTickSamples, 0);
    gst_buffer_unmap(packet, &map);
  }
  if (count != mix::kTickSamples) std::ranges::fill(samples, 0.0F);
}

double SeamCheck::difference(GstBuffer* from, GstBuffer* to) {
  // opus.h: "the decoder state is always continuous in memory and only a shallow copy is sufficient".
  std::memcpy(static_cast<void*>(moves_.get()), stays_.get(),
              static_cast<std::size_t>(opus_decoder_get_size(channels_)));
  decode(target_.get(), to, wanted_);
  decode(moves_.get(), to, heard_);
  const auto segment = static_cast<std::size_t>(kSegment * channels_);
  double power = 0, worst = 0;
  for (std::size_t begin = 0; begin < wanted_.size(); begin += segment) {
    double difference = 0;
    for (std::size_t i = begin; i < begin + segment; ++i) {
      const double error = heard_[i] - wanted_[i];
      power += wanted_[i] * wanted_[i];
      difference += error * error;
    }
    worst = std::max(worst, difference);
  }
  decode(stays_.get(), from, heard_);
  const auto segments = static_cast<double>(wanted_.size() / segment);
  return worst / (power / segments + kInaudible * static_cast<double>(segment));
}

}  // namespace tessera
