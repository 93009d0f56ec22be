// SPDX-License-Identifier: Apache-2.0
extern "C" {
#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>
}
#include <algorithm>

#include "post/transcode.h"

namespace tessera::post {
namespace {

constexpr Ticks kTolerance = kTicksPerSecond * 3 / 100;
constexpr Ticks kMaxSilence = 60 * kTicksPerSecond;
constexpr std::int64_t kBitsPerChannel = 64000;  // and second

FramePtr emptyFrame(const AVCodecContext& encoder, int samples) {
  FramePtr frame = newFrame();
  frame->format = encoder.sample_fmt;
  frame->sample_rate = encoder.sample_rate;
  frame->nb_samples = samples;
  if (av_channel_layout_copy(&frame->ch_layout, &encoder.ch_layout) < 0 ||
      av_frame_get_buffer(frame.get(), 0) < 0)
    return nullptr;
  return frame;
}

}  // namespace

Result<CodecPtr> openSoundEncoder(AVCodecID id, int channels) {
  const bool opus = id == AV_CODEC_ID_OPUS;
  const AVCodec* codec =
      opus ? avcodec_find_encoder_by_name("libopus") : avcodec_find_encoder(AV_CODEC_ID_AAC);
  if (!codec) return fail(ErrorCode::mediaFailed, "libavcodec has no encoder for {}", avcodec_get_name(id));
  CodecPtr encoder(avcodec_alloc_context3(codec));
  encoder->sample_rate = kTicksPerSecond;
  encoder->sample_fmt = opus ? AV_SAMPLE_FMT_FLT : AV_SAMPLE_FMT_FLTP;
  encoder->bit_rate = kBitsPerChannel * channels;
  encoder->time_base = kTick;
  encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  encoder->thread_count = 1;
  av_channel_layout_default(&encoder->ch_layout, channels);
  if (const int code = avcodec_open2(encoder.get(), codec, nullptr); code < 0)
    return avFail(code, "opening a sound encoder");
  return encoder;
}

void SoundTranscoder::FreeResampler::operator()(SwrContext* resampler) const {
  swr_free(&resampler);
}
void SoundTranscoder::FreeFifo::operator()(AVAudioFifo* fifo) const {
  av_audio_fifo_free(fifo);
}

Result<SoundTranscoder> SoundTranscoder::open(const AVCodecParameters& from, AVCodecID to, int channels) {
  auto decoder = openDecoder(from, kTick);
  if (!decoder) return tl::unexpected(std::move(decoder).error());
  auto encoder = openSoundEncoder(to, channels);
  if (!encoder) return tl::unexpected(std::move(encoder).error());
  SoundTranscoder made(std::move(*decoder), std::move(*encoder));
  made.fifo_.reset(av_audio_fifo_alloc(made.encoder_->sample_fmt, channels, kTicksPerSecond));
  if (!made.fifo_) return fail(ErrorCode::io, "no memory for sound");
  return made;
}

Status SoundTranscoder::push(const AVPacket* packet, const PacketSink& sink) {
  Status status;
  decode(*decoder_, packet, *decoded_, [&](AVFrame& frame) {
    if (status) status = onFrame(frame);
    if (status) status = encodeWhole(false, sink);
  });
  if (status && !packet) status = encodeWhole(true, sink);
  if (status && !packet) status = encode(nullptr, sink);
  return status;
}

// Converts a decoded frame and puts it where its timestamp says, by silence or by leaving it out.
Status SoundTranscoder::onFrame(AVFrame& frame) {
  const Ticks pts = frame.best_effort_timestamp;
  if (next_ == AV_NOPTS_VALUE) next_ = encoded_ = pts == AV_NOPTS_VALUE ? 0 : pts;
  const Ticks late = pts == AV_NOPTS_VALUE ? 0 : pts - next_;
  if (late < -kTolerance || late > kMaxSilence) return {};
  if (late > kTolerance)
    if (auto filled = fillSilence(late); !filled) return filled;
  const FramePtr converted = newFrame();
  converted->format = encoder_->sample_fmt;
  converted->sample_rate = encoder_->sample_rate;
  av_channel_layout_copy(&converted->ch_layout, &encoder_->ch_layout);
  if (!resampler_) resampler_.reset(swr_alloc());
  int code = swr_convert_frame(resampler_.get(), converted.get(), &frame);
  if (code == AVERROR_INPUT_CHANGED) {
    resampler_.reset(swr_alloc());
    code = swr_convert_frame(resampler_.get(), converted.get(), &frame);
  }
  if (code < 0) return avFail(code, "converting sound");
  if (av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(converted->extended_data),
                          converted->nb_samples) < 0)
    return fail(ErrorCode::io, "no memory for sound");
  next_ += converted->nb_samples;
  return {};
}

Status SoundTranscoder::fillSilence(Ticks samples) {
  const FramePtr silence = emptyFrame(*encoder_, static_cast<int>(samples));
  if (!silence) return fail(ErrorCode::io, "no memory for sound");
  av_samples_set_silence(silence->extended_data, 0, silence->nb_samples, encoder_->ch_layout.nb_channels,
                         encoder_->sample_fmt);
  if (av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(silence->extended_data),
                          silence->nb_samples) < 0)
    return fail(ErrorCode::io, "no memory for sound");
  next_ += samples;
  return {};
}

// Encodes what fills frames; the last one is filled up with silence.
Status SoundTranscoder::encodeWhole(bool last, const PacketSink& sink) {
  const int size = encoder_->frame_size;
  const int rest = av_audio_fifo_size(fifo_.get()) % size;
  if (last && rest > 0)
    if (auto filled = fillSilence(size - rest); !filled) return filled;
  while (av_audio_fifo_size(fifo_.get()) >= size) {
    const FramePtr frame = emptyFrame(*encoder_, size);
    if (!frame) return fail(ErrorCode::io, "no memory for sound");
    av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(frame->extended_data), size);
    frame->pts = encoded_;
    encoded_ += size;
    if (auto status = encode(frame.get(), sink); !status) return status;
  }
  return {};
}

Status SoundTranscoder::encode(AVFrame* frame, const PacketSink& sink) {
  if (const int code = avcodec_send_frame(encoder_.get(), frame); code < 0)
    return avFail(code, "encoding sound");
  for (;;) {
    const int code = avcodec_receive_packet(encoder_.get(), packet_.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
    if (code < 0) return avFail(code, "encoding sound");
    packet_->dts = packet_->pts;  // lavc has taken the padding off
    packet_->duration = encoder_->frame_size;
    packet_->flags = AV_PKT_FLAG_KEY;
    if (auto status = sink(*packet_); !status) return status;
    av_packet_unref(packet_.get());
  }
}

}  // namespace tessera::post
