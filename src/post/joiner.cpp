// SPDX-License-Identifier: Apache-2.0
#include "post/joiner.h"

#include <algorithm>

#include "post/opus_packets.h"

namespace tessera::post {

Status Joiner::add(const PlannedPart& part, const OnBytes& onBytes) {
  auto reader = PartReader::open(part.path, plan_.video != nullptr);
  if (!reader) return tl::unexpected(std::move(reader).error());
  video_.reset();
  sound_.reset();
  if (part.encodeVideo) {
    auto made = VideoTranscoder::open(*reader->video(), plan_.target);
    if (!made) return tl::unexpected(std::move(made).error());
    video_ = std::move(*made);
  }
  if (part.encodeSound) {
    auto made = SoundTranscoder::open(*reader->sound(), plan_.soundCodec, plan_.channels);
    if (!made) return tl::unexpected(std::move(made).error());
    sound_ = std::move(*made);
  }
  part_ = &part;
  needsKey_ = false;
  span_ = part.scan.span;
  const Placement place = placePart(span_, first_, run_.end(), plan_.soundPacket);
  first_ = false;
  shift_ = place.shift;
  run_.beginAt(place.soundBegin);
  Status status;
  if (place.silentPackets > 0) status = addSilence(place.silentPackets * plan_.soundPacket);

  const PacketPtr packet = newPacket();
  while (status) {
    const auto kind = reader->next(*packet);
    if (!kind) break;
    onBytes(reader->bytesRead());
    status = addPacket(*kind, packet.get());
  }
  if (status) status = reader->whole();
  if (status) status = addPacket(Kind::video, nullptr);
  if (status) status = addPacket(Kind::sound, nullptr);
  const Ticks missing = span_.end + shift_ - run_.end();
  if (status && missing > toleranceOf(plan_.soundPacket)) {
    filled_ += missing;
    status = addSilence(missing);
  }
  return status;
}

Status Joiner::addPacket(Kind kind, AVPacket* packet) {
  if (packet && isBad(kind, *packet)) return {};
  if (kind == Kind::video) {
    if (video_) return video_->push(packet, [this](AVPacket& made) { return addVideo(made); });
    return packet ? addVideo(*packet) : Status{};
  }
  if (sound_) return sound_->push(packet, [this](AVPacket& made) { return addSound(made); });
  return packet ? addSound(*packet) : Status{};
}

bool Joiner::isBad(Kind kind, const AVPacket& packet) {
  if (kind == Kind::sound) return part_->scan.badSound.contains(packet.pts);
  if (packet.flags & AV_PKT_FLAG_KEY) needsKey_ = false;
  needsKey_ |= part_->scan.badVideo.contains(packet.pts);
  return needsKey_;
}

Status Joiner::addVideo(AVPacket& packet) {
  if (packet.pts < span_.origin || packet.pts >= span_.end) return {};
  packet.pts += shift_;
  packet.dts = packet.pts;
  return output_.writeVideo(packet);
}

Status Joiner::addSound(AVPacket& packet) {
  if (packet.pts < span_.firstSound || packet.pts >= span_.end) return {};
  const SoundRun::Step step = run_.step(packet.pts + shift_);
  if (!step.keep) return {};
  filled_ += step.silence;
  if (step.silence > 0)
    if (auto filled = addSilence(step.silence); !filled) return filled;
  const Ticks duration = packet.duration;
  packet.pts = packet.dts = run_.end();
  run_.wrote(duration);
  return output_.writeSound(packet);
}

// As many whole packets as come nearest.
Status Joiner::addSilence(Ticks about) {
  if (!silence_)
    if (auto made = makeSilentPacket(); !made) return made;
  const PacketPtr packet = newPacket();
  for (Ticks count = (about + plan_.soundPacket / 2) / plan_.soundPacket; count > 0; --count) {
    if (av_packet_ref(packet.get(), silence_.get()) < 0) return fail(ErrorCode::io, "no memory for a packet");
    packet->pts = packet->dts = run_.end();
    packet->duration = plan_.soundPacket;
    packet->flags = AV_PKT_FLAG_KEY;
    run_.wrote(plan_.soundPacket);
    if (auto written = output_.writeSound(*packet); !written) return written;
  }
  return {};
}

Status Joiner::makeSilentPacket() {
  silence_ = newPacket();
  if (plan_.soundCodec == AV_CODEC_ID_OPUS) {
    const OpusSilence bytes = opusSilence(kOpusSilence, plan_.channels);
    if (av_new_packet(silence_.get(), bytes.size()) < 0) return fail(ErrorCode::io, "no memory for a packet");
    std::copy(bytes.begin(), bytes.end(), silence_->data);
    return {};
  }
  auto encoder = openSoundEncoder(plan_.soundCodec, plan_.channels);
  if (!encoder) return tl::unexpected(std::move(encoder).error());
  const FramePtr frame = newFrame();
  frame->format = (*encoder)->sample_fmt;
  frame->sample_rate = (*encoder)->sample_rate;
  frame->nb_samples = (*encoder)->frame_size;
  av_channel_layout_copy(&frame->ch_layout, &(*encoder)->ch_layout);
  if (av_frame_get_buffer(frame.get(), 0) < 0) return fail(ErrorCode::io, "no memory for sound");
  av_samples_set_silence(frame->extended_data, 0, frame->nb_samples, plan_.channels, (*encoder)->sample_fmt);
  constexpr int kFrames = 4;  // by the last one the encoder has settled
  for (int i = 0; i < kFrames; ++i) {
    frame->pts = i * frame->nb_samples;
    int code = avcodec_send_frame(encoder->get(), frame.get());
    if (code >= 0) code = avcodec_receive_packet(encoder->get(), silence_.get());
    if (code < 0 && code != AVERROR(EAGAIN)) return avFail(code, "encoding silence");
  }
  if (silence_->size == 0) return fail(ErrorCode::mediaFailed, "the sound encoder made nothing of silence");
  av_packet_free_side_data(silence_.get());
  return {};
}

Status Joiner::finish() {
  return output_.finish(std::max<Ticks>(run_.end(), 0));
}

}  // namespace tessera::post
