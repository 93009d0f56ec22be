// SPDX-License-Identifier: Apache-2.0
#include "post/part_reader.h"

#include <cstring>

#include "post/opus_packets.h"

namespace tessera::post {
namespace {

constexpr int kMaxErrors = 100;  // that the demuxer reports and goes on after
constexpr Ticks kHole = kTicksPerSecond / 10;
constexpr Ticks kAacFrame = 1024;
constexpr std::size_t kMaxAacBytes = 768 * 2;  // ISO/IEC 14496-3: 6144 bits a channel

ByteSpan bytesOf(const AVPacket& packet) {
  return {packet.data, static_cast<std::size_t>(packet.size)};
}

// RFC 6386 §9.1: a keyframe has a start code and its size.
AvcPacket checkVp8Packet(ByteSpan packet) {
  if (packet.size() < 3) return AvcPacket::broken;
  const std::size_t firstPartition = (packet[0] | packet[1] << 8 | packet[2] << 16) >> 5;
  if (packet[0] & 1) return firstPartition + 3 > packet.size() ? AvcPacket::broken : AvcPacket::other;
  const bool started = packet.size() >= 10 && packet[3] == 0x9d && packet[4] == 0x01 && packet[5] == 0x2a;
  return started && firstPartition + 10 <= packet.size() ? AvcPacket::keyframe : AvcPacket::broken;
}

}  // namespace

std::optional<Ticks> soundDuration(const AVCodecParameters& parameters, const AVPacket& packet) {
  if (parameters.codec_id == AV_CODEC_ID_OPUS) return opusDuration(bytesOf(packet));
  if (packet.size == 0 || bytesOf(packet).size() > kMaxAacBytes || parameters.sample_rate <= 0)
    return std::nullopt;
  return av_rescale(kAacFrame, kTicksPerSecond, parameters.sample_rate);
}

Result<PartReader> PartReader::open(const std::string& path, bool video, Ticks maxJump) {
  auto input = openInput(path, "matroska");
  if (!input) return tl::unexpected(std::move(input).error());
  PartReader reader(std::move(*input), maxJump);
  for (unsigned i = 0; i < reader.input_->nb_streams; ++i) {
    AVStream& stream = *reader.input_->streams[i];
    const AVCodecParameters& codec = *stream.codecpar;
    stream.discard = AVDISCARD_ALL;
    int* const wanted =
        codec.codec_id == AV_CODEC_ID_H264 || codec.codec_id == AV_CODEC_ID_VP8   ? &reader.video_
        : codec.codec_id == AV_CODEC_ID_AAC || codec.codec_id == AV_CODEC_ID_OPUS ? &reader.sound_
                                                                                  : nullptr;
    if (!wanted || *wanted >= 0 || (wanted == &reader.video_ && !video)) continue;
    if (codec.codec_id == AV_CODEC_ID_H264) {
      const auto avcc = parseAvcConfig({codec.extradata, static_cast<std::size_t>(codec.extradata_size)});
      if (!avcc) continue;
      reader.lengthBytes_ = avcc->lengthBytes;
    }
    const bool sized = codec.width > 0 && codec.height > 0;
    if (wanted == &reader.video_ && !sized) continue;
    if (wanted == &reader.sound_ && codec.sample_rate <= 0) continue;
    stream.discard = AVDISCARD_DEFAULT;
    *wanted = static_cast<int>(i);
  }
  if (video && reader.video_ < 0) return fail(ErrorCode::mediaFailed, "{} has no picture", path);
  if (!video && reader.sound_ < 0) return fail(ErrorCode::mediaFailed, "{} has no sound", path);
  return reader;
}

std::optional<Kind> PartReader::next(AVPacket& packet) {
  for (;;) {
    av_packet_unref(&packet);
    const int code = av_read_frame(input_.get(), &packet);
    if (code == AVERROR_EOF) return std::nullopt;
    if (code < 0) {
      if (++errors_ > kMaxErrors || avio_feof(input_->pb)) return std::nullopt;
      continue;
    }
    const bool ofVideo = packet.stream_index == video_;
    if ((!ofVideo && packet.stream_index != sound_) || packet.pts == AV_NOPTS_VALUE) continue;
    packet.pts = av_rescale_q(packet.pts, input_->streams[packet.stream_index]->time_base, kTick);
    av_packet_free_side_data(&packet);  // what is to be skipped at a part's edges
    packet.dts = packet.pts;            // encoders of live pictures reorder nothing
    if (ofVideo ? acceptVideo(packet) : acceptSound(packet)) return ofVideo ? Kind::video : Kind::sound;
  }
}

Status PartReader::whole() const {
  const int code = input_->pb ? input_->pb->error : 0;
  if (code >= 0 || code == AVERROR_EOF) return {};
  return fail(ErrorCode::io, "reading {}: {}", input_->url, std::strerror(AVUNERROR(code)));
}

bool PartReader::acceptVideo(AVPacket& packet) {
  const AvcPacket kind =
      lengthBytes_ ? checkAvcPacket(bytesOf(packet), lengthBytes_) : checkVp8Packet(bytesOf(packet));
  const bool key = kind == AvcPacket::keyframe;
  if (kind == AvcPacket::broken || (packet.flags & AV_PKT_FLAG_CORRUPT) || (needsKey_ && !key) ||
      !isTimely(packet.pts, lastVideo_)) {
    ++damage_.video;
    needsKey_ = true;  // what follows builds on it
    return false;
  }
  needsKey_ = false;
  packet.flags = key ? AV_PKT_FLAG_KEY : 0;
  packet.duration = 0;
  return true;
}

bool PartReader::acceptSound(AVPacket& packet) {
  const auto duration = soundDuration(*sound(), packet);
  if (!duration || (packet.flags & AV_PKT_FLAG_CORRUPT) || !isTimely(packet.pts, lastSound_)) {
    ++damage_.sound;
    return false;
  }
  if (soundEnd_ && packet.pts > *soundEnd_ + kHole) {
    ++damage_.holes;
    needsKey_ = true;  // pictures are missing too
  }
  soundEnd_ = packet.pts + *duration;
  packet.flags = AV_PKT_FLAG_KEY;
  packet.duration = *duration;
  return true;
}

// Time goes on, and not by a leap that only a damaged timestamp can make.
bool PartReader::isTimely(Ticks pts, std::optional<Ticks>& last) {
  const Ticks before = last.value_or(0);
  if (pts > before + maxJump_ || (last ? pts <= before : pts < -maxJump_)) return false;
  last = pts;
  return true;
}

}  // namespace tessera::post
