// SPDX-License-Identifier: Apache-2.0
#pragma once
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
}
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/result.h"

// Owners of what libav allocates, and its error codes as ours.

namespace tessera::post {

// All times of tessera-post are counted in these: 1/48000 s, a sample of every sound that Tessera makes.
using Ticks = std::int64_t;
inline constexpr int kTicksPerSecond = 48000;
inline constexpr AVRational kTick{1, kTicksPerSecond};
inline constexpr Ticks ticksOf(std::int64_t ms) {
  return ms * (kTicksPerSecond / 1000);
}
inline constexpr std::int64_t msOf(Ticks ticks) {
  return ticks / (kTicksPerSecond / 1000);
}

template <auto free>
struct FreeBy {
  template <class T>
  void operator()(T* object) const {
    free(&object);
  }
};
using PacketPtr = std::unique_ptr<AVPacket, FreeBy<av_packet_free>>;
using FramePtr = std::unique_ptr<AVFrame, FreeBy<av_frame_free>>;
using CodecPtr = std::unique_ptr<AVCodecContext, FreeBy<avcodec_free_context>>;
using ParametersPtr = std::unique_ptr<AVCodecParameters, FreeBy<avcodec_parameters_free>>;
using InputPtr = std::unique_ptr<AVFormatContext, FreeBy<avformat_close_input>>;

inline PacketPtr newPacket() {
  return PacketPtr(av_packet_alloc());
}
inline FramePtr newFrame() {
  return FramePtr(av_frame_alloc());
}

// ErrorCode::io for what the disk refuses (it may work later), otherwise ErrorCode::mediaFailed.
[[nodiscard]] tl::unexpected<Error> avFail(int code, std::string_view what);

// Opens a file of ours by the named demuxer, never by guessing.
[[nodiscard]] Result<InputPtr> openInput(const std::string& path, const char* format);

// A decoder of such a stream, on one thread.
[[nodiscard]] Result<CodecPtr> openDecoder(const AVCodecParameters& parameters, AVRational timeBase);

// Sends `packet` (null: no more) and gives every frame that comes to `onFrame(AVFrame&)`. What cannot be
// decoded is passed over; false if there was such.
template <class OnFrame>
bool decode(AVCodecContext& decoder, const AVPacket* packet, AVFrame& frame, OnFrame onFrame) {
  bool fine = avcodec_send_packet(&decoder, packet) >= 0;
  for (;;) {
    const int got = avcodec_receive_frame(&decoder, &frame);
    if (got == AVERROR(EAGAIN) || got == AVERROR_EOF) return fine;
    if (got < 0) {
      fine = false;
      if (packet) return false;
      continue;  // while draining, the next call gives the next frame or the end
    }
    onFrame(frame);
    av_frame_unref(&frame);
  }
}

}  // namespace tessera::post
