// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/sound_writer.h"

#include <array>

namespace tessera {
namespace {

// What AudioEncoder's packets lag behind: its PTS say so.
constexpr std::uint8_t kPreSkipLow = 312 & 0xff, kPreSkipHigh = 312 >> 8;  // samples
constexpr Nanos kOpusDelay = std::chrono::microseconds(6500);
constexpr Nanos kOpusPreRoll = std::chrono::milliseconds(80);  // RFC 7845, 4.6

// RFC 7845, 5.1: version 1, no gain, one stream.
Bytes opusHead(int channels) {
  return {'O',         'p',          'u',  's',  'H', 'e', 'a', 'd', 1, static_cast<std::uint8_t>(channels),
          kPreSkipLow, kPreSkipHigh, 0x80, 0xbb, 0,   0,   0,   0,   0};
}

void handOver(const gst::Ref<GstBuffer>& packet, Nanos time, const SoundWriter::PacketHandler& onPacket) {
  GstMapInfo info;
  if (!gst_buffer_map(packet.get(), &info, GST_MAP_READ)) return;
  onPacket(time, {info.data, info.size});
  gst_buffer_unmap(packet.get(), &info);
}

}  // namespace

MatroskaWriter::Sound SoundWriter::matroskaSound(const Settings& settings) {
  if (settings.codec == SoundCodec::aac)
    return {"A_AAC", settings.channels, AacEncoder::config(settings.channels), {}, {}};
  return {"A_OPUS", settings.channels, opusHead(settings.channels), kOpusDelay, kOpusPreRoll};
}

Result<std::unique_ptr<SoundWriter>> SoundWriter::create(const Settings& settings, PacketHandler onPacket) {
  std::unique_ptr<SoundWriter> self(new SoundWriter(settings, std::move(onPacket)));
  if (settings.codec == SoundCodec::opus) {
    auto opus = AudioEncoder::create(settings.kbps, settings.channels);
    if (!opus) return tl::unexpected(opus.error());
    self->opus_ = std::move(*opus);
    return self;
  }
  // The first packet is of the time before the part.
  auto aac = AacEncoder::create(settings.kbps, settings.channels, [raw = self.get()](const auto& packet) {
    const Nanos time{static_cast<std::int64_t>(GST_BUFFER_PTS(packet.get()))};
    if (time >= Nanos{0}) handOver(packet, time, raw->onPacket_);
  });
  if (!aac) return tl::unexpected(aac.error());
  self->aac_ = std::move(*aac);
  return self;
}

SoundWriter::SoundWriter(const Settings& settings, PacketHandler onPacket)
    : onPacket_(std::move(onPacket)),
      joiner_(settings.channels, settings.filled,
              [this](const mix::AudioBlock& block, std::int64_t begin) { encode(block, begin); }),
      silence_(settings.channels) {}

Status SoundWriter::add(const mix::AudioBlock& sound, const MediaTime::Piece& piece) {
  joiner_.add(sound, piece);
  return status_;
}

// A block of silence brings out what Opus holds back.
Status SoundWriter::finish() {
  joiner_.finish();
  if (opus_ && end_ > 0) encode(silence_, end_);
  if (!status_ || !aac_) return status_;
  return aac_->finish();
}

void SoundWriter::encode(const mix::AudioBlock& block, std::int64_t begin) {
  if (!status_) return;
  end_ = begin + mix::kTickSamples;
  const Nanos time = timeOfSamples(begin);
  if (opus_) return encodeOpus(block, time);
  status_ = aac_->encode(block, time);
}

// Matroska's times are those before the delay is taken off.
void SoundWriter::encodeOpus(const mix::AudioBlock& block, Nanos time) {
  if (const auto packet = opus_->encode(block, time)) {
    handOver(packet, time, onPacket_);
  } else {
    status_ = fail(ErrorCode::mediaFailed, "libopus refused a block of sound");
  }
}

}  // namespace tessera
