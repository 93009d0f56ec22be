// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/opus_input.h"

#include <opus/opus.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace tessera {
namespace {

// A packet that is further behind than this belongs to a sender that began anew.
constexpr int kMaxBehind = 500;

// Nothing when it is not an Opus packet of at most 120 ms.
std::optional<int> samplesIn(std::span<const std::uint8_t> payload) {
  if (payload.empty()) return std::nullopt;
  const int samples =
      opus_packet_get_nb_samples(payload.data(), static_cast<opus_int32>(payload.size()), OpusInput::kRate);
  if (samples <= 0 || samples > OpusInput::kMaxPacketSamples) return std::nullopt;
  return samples;
}

// Of the packet before it, as many samples of 48 kHz as it has in its own frame; 0: nothing (RFC 6716
// sections 3.1 and 4.2.3: the flag follows those for voice activity, one for each 20 ms, and these for each
// channel).
int fecSamplesIn(std::span<const std::uint8_t> payload) {
  constexpr int kSilkFrame = OpusInput::kRate / 50;
  if (payload.empty() || payload[0] & 0x80) return 0;  // CELT alone has none
  std::array<const unsigned char*, 48> frames;
  std::array<opus_int16, 48> sizes;
  if (opus_packet_parse(payload.data(), static_cast<opus_int32>(payload.size()), nullptr, frames.data(),
                        sizes.data(), nullptr) < 1 ||
      sizes[0] < 1)
    return 0;
  const int samples = opus_packet_get_samples_per_frame(payload.data(), OpusInput::kRate);
  const int voiceFlags = std::max(1, samples / kSilkFrame);
  const auto flag = [&](int at) { return frames[0][0] >> (7 - at) & 1; };
  const bool stereo = opus_packet_get_nb_channels(payload.data()) == 2;
  return flag(voiceFlags) || (stereo && flag(2 * voiceFlags + 1)) ? samples : 0;
}

float levelOf(std::span<const std::int16_t> samples) {
  double sum = 0;
  for (const std::int16_t sample : samples) sum += static_cast<double>(sample) * sample;
  if (sum == 0) return -127;
  return static_cast<float>(10 * std::log10(sum / static_cast<double>(samples.size()) / (32768.0 * 32768.0)));
}

OpusInput::Nanos durationOf(int samples) {
  return OpusInput::Nanos(std::int64_t{samples} * 1'000'000'000 / OpusInput::kRate);
}

void count(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) {
  counter.fetch_add(by, std::memory_order_relaxed);
}

}  // namespace

void OpusInput::Free::operator()(OpusDecoder* decoder) const {
  opus_decoder_destroy(decoder);
}

Result<std::unique_ptr<OpusInput>> OpusInput::create(int channels, std::shared_ptr<OpusInputStats> stats,
                                                     Sink sink) {
  int error = OPUS_OK;
  OpusDecoder* decoder = opus_decoder_create(kRate, channels, &error);
  if (error != OPUS_OK) return fail(ErrorCode::internal, "making an Opus decoder: {}", opus_strerror(error));
  return std::unique_ptr<OpusInput>(new OpusInput(decoder, channels, std::move(stats), std::move(sink)));
}

OpusInput::OpusInput(OpusDecoder* decoder, int channels, std::shared_ptr<OpusInputStats> stats, Sink sink)
    : channels_(channels),
      stats_(std::move(stats)),
      sink_(std::move(sink)),
      decoder_(decoder),
      samples_(static_cast<std::size_t>(kMaxPacketSamples * channels)) {}

void OpusInput::take(const Packet& packet) {
  const auto samples = samplesIn(packet.payload);
  if (!samples) return count(stats_->refused);
  const auto gap = gapBefore(packet);
  if (!gap) return count(stats_->late);
  started_ = true;
  nextSequence_ = static_cast<std::uint16_t>(packet.sequence + 1);
  nextTime_ = packet.rtpTime + static_cast<std::uint32_t>(*samples);

  const bool skipped = std::exchange(skipping_, !policy_.wantsDecoding(packet.claimDb, durationOf(*samples)));
  if (skipping_) {
    count(stats_->skipped);
    sink_({}, packet.captured);
    return keep(packet.payload);
  }
  if (skipped) {
    catchUp();
  } else if (*gap > 0) {
    conceal(packet, *gap);
  }
  const auto decoded = decode(packet.payload, *samples, false);
  if (decoded.empty()) return count(stats_->refused);
  count(stats_->decoded);
  policy_.decoded(levelOf(decoded));
  sink_(decoded, packet.captured);
}

std::optional<int> OpusInput::gapBefore(const Packet& packet) const {
  if (!started_) return 0;
  const auto ahead = static_cast<std::int16_t>(packet.sequence - nextSequence_);
  if (ahead < 0 && ahead >= -kMaxBehind) return std::nullopt;
  // Without a loss a gap in time is a pause (DTX, RFC 7587 section 3.1.3).
  if (ahead <= 0) return 0;
  const auto gap = static_cast<std::int32_t>(packet.rtpTime - nextTime_);
  const bool concealable = gap > 0 && gap <= kMaxConcealed && gap % (kRate / 400) == 0;
  return concealable ? gap : 0;
}

// libopus makes the last packet's worth of it from the FEC, if there is one, and conceals what is before.
void OpusInput::conceal(const Packet& packet, int samples) {
  const auto made = decode(packet.payload, samples, true);
  if (made.empty()) return;
  const int recovered = std::min(samples, fecSamplesIn(packet.payload));
  count(stats_->recovered, static_cast<std::uint64_t>(recovered));
  count(stats_->concealed, static_cast<std::uint64_t>(samples - recovered));
  sink_(made, packet.captured - durationOf(samples));
}

void OpusInput::catchUp() {
  for (const auto& payload : kept_) decode(payload, kMaxPacketSamples, false);
  kept_.clear();
}

void OpusInput::keep(Payload payload) {
  if (kept_.size() == kKept) kept_.pop_front();
  kept_.emplace_back(payload.begin(), payload.end());
}

// Empty when libopus refuses the packet.
std::span<const std::int16_t> OpusInput::decode(Payload payload, int samples, bool fec) {
  const int made = opus_decode(decoder_.get(), payload.data(), static_cast<opus_int32>(payload.size()),
                               samples_.data(), samples, fec ? 1 : 0);
  if (made <= 0) return {};
  return std::span(samples_).first(static_cast<std::size_t>(made * channels_));
}

}  // namespace tessera
