// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/mix_encoders.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/log.h"

namespace tessera {
namespace {

constexpr double kSeamless = 0.005;  // of the power: -23 dB

// A tick's sound ends at the tick, while its picture is of the tick: lips are aligned by where it begins.
mix::Nanos beginOf(const mix::AudioTick& tick) {
  return tick.time - mix::kAudioTick;
}

}  // namespace

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
    return std::ranges::find(listeners, stream.slot) == listeners.end();
  });
  boundDraining(tick);
  admitTalkers(tick, listeners);  // before the common encoder moves on: they continue from where it is
  const int loss = commonLoss(listeners);
  common_->setLoss(loss);
  out_.common = common_->encode(tick.common, beginOf(tick));
  // One that drains is to become like the common stream.
  for (Stream& stream : streams_) encodePersonal(stream, tick, stream.drained ? loss : lossOf(stream.slot));
  std::erase_if(streams_, [](const Stream& stream) { return stream.over; });
  return out_;
}

void MixEncoders::boundDraining(const mix::AudioTick& tick) {
  int draining = 0;
  for (Stream& stream : streams_) {
    if (std::ranges::find(tick.personal, stream.slot, &mix::AudioTick::Personal::slot) !=
        tick.personal.end()) {
      stream.drained = 0;
      stream.seam.reset();
    } else {
      ++stream.drained;
      ++draining;
    }
  }
  for (; draining > kMaxDraining; --draining)
    streams_.erase(std::ranges::max_element(streams_, {}, &Stream::drained));
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

int MixEncoders::lossOf(const mix::AudioSlot* slot) const {
  const auto loss = std::ranges::find(losses_, slot, &ReceiverLoss::slot);
  return loss == losses_.end() ? 0 : loss->percent;
}

int MixEncoders::commonLoss(std::span<const mix::AudioSlot* const> listeners) const {
  int most = 0;
  for (const ReceiverLoss& loss : losses_) {
    if (loss.percent <= most || std::ranges::find(listeners, loss.slot) == listeners.end()) continue;
    if (std::ranges::find(streams_, loss.slot, &Stream::slot) == streams_.end()) most = loss.percent;
  }
  return std::min(most, kMaxCommonLoss);
}

void MixEncoders::encodePersonal(Stream& stream, const mix::AudioTick& tick, int loss) {
  stream.encoder.setLoss(loss);
  const auto own = std::ranges::find(tick.personal, stream.slot, &mix::AudioTick::Personal::slot);
  const bool talks = own != tick.personal.end();
  auto packet = stream.encoder.encode(talks ? own->mix : tick.common, beginOf(tick));
  if (!talks) stream.over = seamless(stream, packet.get());
  if (!stream.over) out_.personal.push_back({stream.slot, std::move(packet)});
}

// The longer it takes, the less is asked for: between other people's words nobody hears -12 dB either.
bool MixEncoders::seamless(Stream& stream, GstBuffer* packet) {
  if (!stream.seam) {
    auto made = SeamCheck::create(channels_);
    if (!made) return stream.drained > kMinDrainTicks;
    stream.seam = std::move(*made);
  }
  if (!packet || !out_.common) return true;
  const double difference = stream.seam->difference(packet, out_.common.get());
  const int waited = stream.drained - kMinDrainTicks;
  const double progress = static_cast<double>(waited) / (kMaxDrainTicks - kMinDrainTicks);
  return waited > 0 && (progress >= 1 || difference < kSeamless * std::pow(10, progress));
}

}  // namespace tessera
