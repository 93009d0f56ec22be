// SPDX-License-Identifier: Apache-2.0
#include "post/verify.h"

#include <cstdlib>

namespace tessera::post {
namespace {

constexpr std::int64_t kDurationMayDifferMs = 100;

}  // namespace

Status verify(const std::string& path, const char* demuxer, const Expected& expected,
              const std::function<void(std::int64_t)>& onBytes) {
  auto input = openInput(path, demuxer);
  if (!input) return tl::unexpected(std::move(input).error());
  if (const int code = avformat_find_stream_info(input->get(), nullptr); code < 0)
    return avFail(code, "looking at the file");
  std::int64_t video = 0, sound = 0;
  const PacketPtr packet = newPacket();
  int code = 0;
  while ((code = av_read_frame(input->get(), packet.get())) >= 0) {
    const AVMediaType type = (*input)->streams[packet->stream_index]->codecpar->codec_type;
    video += type == AVMEDIA_TYPE_VIDEO;
    sound += type == AVMEDIA_TYPE_AUDIO;
    av_packet_unref(packet.get());
    onBytes((*input)->pb->pos);
  }
  if (code != AVERROR_EOF) return avFail(code, "reading the file again");
  if (video != expected.videoPackets || sound != expected.soundPackets)
    return fail(ErrorCode::io, "the file has {} pictures and {} packets of sound, and should have {} and {}",
                video, sound, expected.videoPackets, expected.soundPackets);
  const std::int64_t durationMs = av_rescale((*input)->duration, 1000, AV_TIME_BASE);
  if (std::llabs(durationMs - msOf(expected.duration)) > kDurationMayDifferMs)
    return fail(ErrorCode::io, "the file takes {} ms, and should take {}", durationMs,
                msOf(expected.duration));
  return {};
}

}  // namespace tessera::post
