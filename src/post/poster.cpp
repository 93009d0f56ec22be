// SPDX-License-Identifier: Apache-2.0
#include "post/poster.h"

extern "C" {
#include <libswscale/swscale.h>
}
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tessera::post {
namespace {

constexpr int kCandidates = 8;
constexpr double kDark = 30;       // average luma (16 is black)
constexpr double kFlat = 12;       // standard deviation of luma
constexpr int kMaxPackets = 1000;  // read in search of a keyframe

struct Look {
  double average = 0, deviation = 0;
  bool good() const { return average > kDark && deviation > kFlat; }
};

Look lookOf(const AVFrame& frame) {
  constexpr int kStep = 4;
  double sum = 0, squares = 0, count = 0;
  for (int y = 0; y < frame.height; y += kStep)
    for (int x = 0; x < frame.width; x += kStep) {
      const double luma = frame.data[0][y * frame.linesize[0] + x];
      sum += luma;
      squares += luma * luma;
      ++count;
    }
  const double average = sum / count;
  return {average, std::sqrt(std::max(0.0, squares / count - average * average))};
}

// The keyframe at or before `at`; null when there is none that can be decoded.
FramePtr keyframeAt(AVFormatContext& input, int stream, AVCodecContext& decoder, std::int64_t at) {
  if (av_seek_frame(&input, stream, at, AVSEEK_FLAG_BACKWARD) < 0) return nullptr;
  avcodec_flush_buffers(&decoder);
  const PacketPtr packet = newPacket();
  const FramePtr frame = newFrame();
  FramePtr found;
  const auto keep = [&](AVFrame& each) {
    if (found) return;
    found = newFrame();
    av_frame_move_ref(found.get(), &each);
  };
  for (int i = 0; i < kMaxPackets && !found && av_read_frame(&input, packet.get()) >= 0; ++i) {
    if (packet->stream_index == stream) {
      decode(decoder, packet.get(), *frame, keep);
      if (!found) decode(decoder, nullptr, *frame, keep);  // without waiting for more pictures
    }
    av_packet_unref(packet.get());
  }
  return found && found->format == AV_PIX_FMT_YUV420P ? std::move(found) : nullptr;
}

// JPEG has luma from 0 to 255.
Result<FramePtr> fullRange(const AVFrame& frame) {
  FramePtr out = newFrame();
  out->format = AV_PIX_FMT_YUVJ420P;
  out->width = frame.width;
  out->height = frame.height;
  out->color_range = AVCOL_RANGE_JPEG;
  if (av_frame_get_buffer(out.get(), 0) < 0) return fail(ErrorCode::io, "no memory for the poster");
  SwsContext* const scaler =
      sws_getContext(frame.width, frame.height, AV_PIX_FMT_YUV420P, out->width, out->height,
                     AV_PIX_FMT_YUVJ420P, SWS_BILINEAR, nullptr, nullptr, nullptr);
  if (!scaler) return fail(ErrorCode::mediaFailed, "the poster cannot be scaled");
  // JFIF is BT.601, the canvas BT.709 (docs/adr/0005)
  sws_setColorspaceDetails(scaler, sws_getCoefficients(SWS_CS_ITU709), 0, sws_getCoefficients(SWS_CS_ITU601),
                           1, 0, 1 << 16, 1 << 16);
  sws_scale(scaler, frame.data, frame.linesize, 0, frame.height, out->data, out->linesize);
  sws_freeContext(scaler);
  return out;
}

Status writeFile(const std::string& path, const AVPacket& packet) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "wb"), std::fclose);
  if (!file) return avFail(AVERROR(errno), "opening " + path);
  const auto size = static_cast<std::size_t>(packet.size);
  if (std::fwrite(packet.data, 1, size, file.get()) != size || std::fflush(file.get()) != 0)
    return avFail(AVERROR(errno), "writing " + path);
  return {};
}

Status writeJpeg(const AVFrame& frame, const std::string& path) {
  auto picture = fullRange(frame);
  if (!picture) return tl::unexpected(std::move(picture).error());
  const AVCodec* codec = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  const CodecPtr encoder(avcodec_alloc_context3(codec));
  encoder->width = frame.width;
  encoder->height = frame.height;
  encoder->pix_fmt = AV_PIX_FMT_YUVJ420P;
  encoder->color_range = AVCOL_RANGE_JPEG;
  encoder->time_base = {1, 1};
  encoder->flags |= AV_CODEC_FLAG_QSCALE;
  encoder->global_quality = 4 * FF_QP2LAMBDA;
  (*picture)->quality = encoder->global_quality;
  (*picture)->pts = 0;
  const PacketPtr packet = newPacket();
  int code = avcodec_open2(encoder.get(), codec, nullptr);
  if (code >= 0) code = avcodec_send_frame(encoder.get(), picture->get());
  if (code >= 0) code = avcodec_receive_packet(encoder.get(), packet.get());
  if (code < 0) return avFail(code, "encoding the poster");
  return writeFile(path, *packet);
}

}  // namespace

Result<bool> writePoster(const std::string& media, const char* demuxer, const std::string& jpeg) {
  auto input = openInput(media, demuxer);
  if (!input) return tl::unexpected(std::move(input).error());
  const int stream = av_find_best_stream(input->get(), AVMEDIA_TYPE_VIDEO, -1, -1, nullptr, 0);
  if (stream < 0) return false;
  const AVStream& video = *(*input)->streams[stream];
  auto decoder = openDecoder(*video.codecpar, video.time_base);
  if (!decoder) return tl::unexpected(std::move(decoder).error());
  const std::int64_t quarter =
      av_rescale_q((*input)->duration / 4, AVRational{1, AV_TIME_BASE}, video.time_base);
  FramePtr best;
  Look bestLook;
  for (int i = kCandidates; i-- > 0 && !bestLook.good();) {  // the later ones: by then people have come
    FramePtr frame = keyframeAt(**input, stream, **decoder, quarter * i / kCandidates);
    if (!frame) continue;
    const Look look = lookOf(*frame);
    if (best && !look.good() && look.deviation <= bestLook.deviation) continue;
    best = std::move(frame);
    bestLook = look;
  }
  if (!best) return false;
  if (auto written = writeJpeg(*best, jpeg); !written) return tl::unexpected(written.error());
  return true;
}

}  // namespace tessera::post
