// SPDX-License-Identifier: Apache-2.0
#include "load/sound_check.h"

#include <opus/opus.h>

#include <array>
#include <cmath>

#include "load/clip.h"

namespace tessera::load {
namespace {

constexpr int kRate = 48000;
constexpr int kWindowSamples = kRate / 400;      // 2.5 ms
constexpr int kMaxSamples = kRate * 120 / 1000;  // RFC 6716: the longest packet
constexpr double kSpeaking = 0.1;                // of the loudest
constexpr double kLeastPeak = 0.003;             // about -50 dBFS: below it nobody talks
constexpr double kForget = 0.9998;               // per window: a half in 9 s
constexpr int kPauseWindows = 120;               // 300 ms; syllables pause for less
constexpr Milliseconds kLongestDelay{1900};      // speech begins every 4 s

}  // namespace

void SoundCheck::Free::operator()(OpusDecoder* decoder) const {
  opus_decoder_destroy(decoder);
}

SoundCheck::SoundCheck() : decoder_(opus_decoder_create(kRate, 1, nullptr)) {}
SoundCheck::~SoundCheck() = default;

void SoundCheck::setTalker(std::shared_ptr<const SendLog> log) {
  talker_ = std::move(log);
}

void SoundCheck::onPacket(const RtpPacket& packet, TimePoint now) {
  if (!talker_ || !decoder_) return;
  std::array<opus_int16, kMaxSamples> samples;
  const int count =
      opus_decode(decoder_.get(), packet.payload.data(), static_cast<opus_int32>(packet.payload.size()),
                  samples.data(), kMaxSamples, 0);
  for (int at = 0; at + kWindowSamples <= count; at += kWindowSamples) {
    double squares = 0;
    for (int i = at; i < at + kWindowSamples; ++i) squares += double{1} * samples[i] * samples[i];
    onWindow(std::sqrt(squares / kWindowSamples) / 32768,
             now + std::chrono::microseconds(static_cast<std::int64_t>(at) * 1000000 / kRate));
  }
}

void SoundCheck::onWindow(double level, TimePoint at) {
  peak_ = std::max(peak_ * kForget, level);
  if (peak_ < kLeastPeak || level < kSpeaking * peak_) {
    ++quietWindows_;
    return;
  }
  const bool begins = quietWindows_ >= kPauseWindows;
  quietWindows_ = 0;
  if (!begins || windowStart_ == TimePoint{}) return;
  for (const std::size_t frame : kSpeechBegins) {
    if (const auto sent = talker_->when(frame, at, kLongestDelay))
      figures_.delays.push_back({Milliseconds(at - windowStart_), Milliseconds(at - *sent).count()});
  }
}

void SoundCheck::beginWindow(TimePoint now) {
  windowStart_ = now;
  figures_ = {};
}

}  // namespace tessera::load
