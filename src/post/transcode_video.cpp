// SPDX-License-Identifier: Apache-2.0
extern "C" {
#include <libavutil/opt.h>
#include <libswscale/swscale.h>
}
#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "post/transcode.h"

namespace tessera::post {
namespace {

constexpr Ticks kKeyEvery = 2 * kTicksPerSecond;
constexpr int kThreads = 2;
constexpr int kNominalFps = 30;  // for rate control only: pictures keep their times

struct Setting {
  const char* name;
  std::string value;
};

Status configure(AVCodecContext& encoder, std::initializer_list<Setting> settings) {
  for (const Setting& each : settings)
    if (const int code = av_opt_set(encoder.priv_data, each.name, each.value.c_str(), 0); code < 0)
      return avFail(code, fmt::format("setting {} of the encoder", each.name));
  return {};
}

const char* profileName(int profile) {
  switch (profile & ~FF_PROFILE_H264_CONSTRAINED) {
    case FF_PROFILE_H264_BASELINE:
      return "baseline";
    case FF_PROFILE_H264_MAIN:
      return "main";
    default:
      return "high";
  }
}

// Black, in the encoder's format.
FramePtr blackFrame(int width, int height) {
  FramePtr frame = newFrame();
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = width;
  frame->height = height;
  if (av_frame_get_buffer(frame.get(), 0) < 0) return nullptr;
  std::memset(frame->data[0], 16, static_cast<std::size_t>(frame->linesize[0]) * height);
  for (const int plane : {1, 2})
    std::memset(frame->data[plane], 128,
                static_cast<std::size_t>(frame->linesize[plane]) * ((height + 1) / 2));
  return frame;
}

}  // namespace

Result<CodecPtr> openVideoEncoder(const VideoTarget& target) {
  const bool h264 = target.codec == AV_CODEC_ID_H264;
  const AVCodec* codec = avcodec_find_encoder_by_name(h264 ? "libx264" : "libvpx");
  if (!codec)
    return fail(ErrorCode::mediaFailed, "libavcodec has no encoder for {}", avcodec_get_name(target.codec));
  CodecPtr encoder(avcodec_alloc_context3(codec));
  encoder->width = target.width;
  encoder->height = target.height;
  encoder->pix_fmt = AV_PIX_FMT_YUV420P;
  encoder->time_base = kTick;
  encoder->framerate = {kNominalFps, 1};
  encoder->thread_count = kThreads;
  encoder->max_b_frames = 0;
  encoder->gop_size = 10 * kNominalFps;  // keyframes are asked for by time
  Status configured;
  if (h264) {
    encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    // Ids of their own let its parameter sets stand beside those of the other parts. Timing by nominal rate:
    // with that of the time base the picture would claim 48000 frames a second.
    configured = configure(
        *encoder, {{"preset", "veryfast"},
                   {"profile", profileName(target.profile)},
                   {"crf", "20"},
                   {"x264-params", fmt::format("sps-id={}:force-cfr=1:rc-lookahead=10", target.spsId)}});
  } else {
    encoder->bit_rate =
        static_cast<std::int64_t>(target.width) * target.height * 4;  // 3.7 Mbit/s of 720p at most
    configured =
        configure(*encoder, {{"crf", "10"}, {"deadline", "good"}, {"cpu-used", "4"}, {"auto-alt-ref", "0"}});
  }
  if (!configured) return tl::unexpected(configured.error());
  if (const int code = avcodec_open2(encoder.get(), codec, nullptr); code < 0)
    return avFail(code, "opening a video encoder");
  return encoder;
}

void VideoTranscoder::FreeScaler::operator()(SwsContext* scaler) const {
  sws_freeContext(scaler);
}

Result<VideoTranscoder> VideoTranscoder::open(const AVCodecParameters& from, const VideoTarget& target) {
  auto decoder = openDecoder(from, kTick);
  if (!decoder) return tl::unexpected(std::move(decoder).error());
  auto encoder = openVideoEncoder(target);
  if (!encoder) return tl::unexpected(std::move(encoder).error());
  return VideoTranscoder(std::move(*decoder), std::move(*encoder));
}

Status VideoTranscoder::push(const AVPacket* packet, const PacketSink& sink) {
  Status status;
  decode(*decoder_, packet, *decoded_, [&](AVFrame& frame) {
    if (status) status = onFrame(frame, sink);
  });
  if (status && !packet) status = encode(nullptr, sink);
  return status;
}

Status VideoTranscoder::onFrame(AVFrame& frame, const PacketSink& sink) {
  const Ticks pts = frame.best_effort_timestamp;
  if (pts == AV_NOPTS_VALUE || (lastPts_ != AV_NOPTS_VALUE && pts <= lastPts_)) return {};
  auto picture = fitted(frame);
  if (!picture) return tl::unexpected(std::move(picture).error());
  const bool key = lastKey_ == AV_NOPTS_VALUE || pts - lastKey_ >= kKeyEvery;
  (*picture)->pts = lastPts_ = pts;
  (*picture)->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  if (key) lastKey_ = pts;
  return encode(picture->get(), sink);
}

// The picture in the target's size: as large as it goes in its own shape, black around it.
Result<FramePtr> VideoTranscoder::fitted(const AVFrame& frame) {
  FramePtr out = blackFrame(encoder_->width, encoder_->height);
  if (!out) return fail(ErrorCode::io, "no memory for a picture");
  const double scale = std::min(static_cast<double>(out->width) / frame.width,
                                static_cast<double>(out->height) / frame.height);
  const int width = std::clamp(static_cast<int>(frame.width * scale / 2 + 0.5) * 2, 2, out->width);
  const int height = std::clamp(static_cast<int>(frame.height * scale / 2 + 0.5) * 2, 2, out->height);
  const int left = (out->width - width) / 4 * 2, top = (out->height - height) / 4 * 2;
  scaler_.reset(sws_getCachedContext(scaler_.release(), frame.width, frame.height,
                                     static_cast<AVPixelFormat>(frame.format), width, height,
                                     AV_PIX_FMT_YUV420P, SWS_BICUBIC, nullptr, nullptr, nullptr));
  if (!scaler_)
    return fail(ErrorCode::mediaFailed, "a picture of {}x{} cannot be scaled", frame.width, frame.height);
  std::uint8_t* const planes[] = {out->data[0] + top * out->linesize[0] + left,
                                  out->data[1] + top / 2 * out->linesize[1] + left / 2,
                                  out->data[2] + top / 2 * out->linesize[2] + left / 2, nullptr};
  sws_scale(scaler_.get(), frame.data, frame.linesize, 0, frame.height, planes, out->linesize);
  return out;
}

Status VideoTranscoder::encode(AVFrame* frame, const PacketSink& sink) {
  if (const int code = avcodec_send_frame(encoder_.get(), frame); code < 0)
    return avFail(code, "encoding a picture");
  for (;;) {
    const int code = avcodec_receive_packet(encoder_.get(), packet_.get());
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
    if (code < 0) return avFail(code, "encoding a picture");
    packet_->dts = packet_->pts;
    packet_->duration = 0;
    if (encoder_->codec_id == AV_CODEC_ID_H264) {
      const Bytes units = lengthPrefixed({packet_->data, static_cast<std::size_t>(packet_->size)});
      const PacketPtr converted = newPacket();
      if (av_new_packet(converted.get(), static_cast<int>(units.size())) < 0)
        return fail(ErrorCode::io, "no memory for a packet");
      std::copy(units.begin(), units.end(), converted->data);
      av_packet_copy_props(converted.get(), packet_.get());
      av_packet_unref(packet_.get());
      av_packet_move_ref(packet_.get(), converted.get());
    }
    if (auto status = sink(*packet_); !status) return status;
    av_packet_unref(packet_.get());
  }
}

}  // namespace tessera::post
