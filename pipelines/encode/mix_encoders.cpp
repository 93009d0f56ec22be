// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/mix_encoders.h"

#include <algorithm>

#include "base/log.h"

namespace tessera {

const EncodedAudio& MixEncoders::encode(const mix::AudioTick& tick,
                                        std::span<const mix::AudioSlot* const> listeners) {
  out_.common = {};
  out_.personal.clear();
  if (listeners.empty()) {
    streams_.clear();
    common_.reset();
    return out_;
  }
  if (!common_) {
    auto made = AudioEncoder::create(kbps_, channels_);
    if (!made) {
      log::error("no audio encoder", {{"error", made.error().text}});
      return out_;
    }
    common_ = std::move(*made);
  }
  std::erase_if(streams_, [&](const Stream& stream) {
    return stream.drained >= kDrainTicks || std::ranges::find(listeners, stream.slot) == listeners.end();
  });
  admitTalkers(tick, listeners);  // before the common encoder moves on: they continue from where it is
  // A tick's sound ends at the tick, while its picture is of the tick: lips are aligned by where it begins.
  const mix::Nanos begin = tick.time - mix::kAudioTick;
  out_.common = common_->encode(tick.common, begin);
  for (Stream& stream : streams_)
    out_.personal.push_back({stream.slot, stream.encoder.encode(*blockFor(stream, tick), begin)});
  return out_;
}

void MixEncoders::admitTalkers(const mix::AudioTick& tick, std::span<const mix::AudioSlot* const> listeners) {
  for (const auto& personal : tick.personal) {
    if (std::ranges::find(listeners, personal.slot) == listeners.end()) continue;
    if (std::ranges::find(streams_, personal.slot, &Stream::slot) != streams_.end()) continue;
    auto encoder = AudioEncoder::create(kbps_, channels_);
    if (!encoder) {
      log::error("no audio encoder", {{"error", encoder.error().text}});
      continue;
    }
    encoder->continueFrom(*common_);
    streams_.push_back({personal.slot, std::move(*encoder)});
  }
}

const mix::AudioBlock* MixEncoders::blockFor(Stream& stream, const mix::AudioTick& tick) const {
  const auto own = std::ranges::find(tick.personal, stream.slot, &mix::AudioTick::Personal::slot);
  if (own == tick.personal.end()) {
    ++stream.drained;
    return &tick.common;
  }
  stream.drained = 0;
  return &own->mix;
}

}  // namespace tessera
