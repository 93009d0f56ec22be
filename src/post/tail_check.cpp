// SPDX-License-Identifier: Apache-2.0
#include "post/tail_check.h"

#include <set>

namespace tessera::post {
namespace {

// How much of its end is decoded; a part with damage that shows without decoding may have more of it.
constexpr Ticks kTail = 3 * kTicksPerSecond;
constexpr Ticks kDamagedTail = 600 * kTicksPerSecond;
constexpr Ticks kLongestGroup = 12 * kTicksPerSecond;  // from keyframe to keyframe, amply

// Decodes one stream from a keyframe on; behind a bad packet, again from the next keyframe.
class Checker {
 public:
  [[nodiscard]] Status open(const AVCodecParameters& parameters) {
    auto opened = openDecoder(parameters, kTick);
    if (!opened) return tl::unexpected(std::move(opened).error());
    decoder_ = std::move(*opened);
    decoder_->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
    return {};
  }
  void check(const AVPacket& packet, std::set<Ticks>& bad) {
    if (waits_ && !(packet.flags & AV_PKT_FLAG_KEY)) return;
    waits_ = false;
    bool damaged = false;
    const bool fine = decode(*decoder_, &packet, *frame_, [&](AVFrame& frame) {
      damaged |= frame.decode_error_flags != 0 || (frame.flags & AV_FRAME_FLAG_CORRUPT);
    });
    if (fine && !damaged) return;
    bad.insert(packet.pts);
    waits_ = true;
    avcodec_flush_buffers(decoder_.get());
  }

 private:
  CodecPtr decoder_;
  FramePtr frame_ = newFrame();
  bool waits_ = true;
};

}  // namespace

Status findBadPackets(const std::string& path, bool video, PartScan& scan) {
  auto reader = PartReader::open(path, video);
  if (!reader) return tl::unexpected(std::move(reader).error());
  Checker pictures, sounds;
  if (video)
    if (auto opened = pictures.open(*reader->video()); !opened) return opened;
  if (scan.sound)
    if (auto opened = sounds.open(*reader->sound()); !opened) return opened;
  const Ticks from = scan.span.end - (scan.damage.any() ? kDamagedTail : kTail);
  const PacketPtr packet = newPacket();
  while (const auto kind = reader->next(*packet)) {
    if (*kind == Kind::video && packet->pts > from - kLongestGroup) pictures.check(*packet, scan.badVideo);
    if (*kind == Kind::sound && packet->pts > from && scan.sound) sounds.check(*packet, scan.badSound);
  }
  return {};
}

}  // namespace tessera::post
