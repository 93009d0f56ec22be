// SPDX-License-Identifier: Apache-2.0
#include "post/part_scan.h"

#include <algorithm>
#include <deque>
#include <optional>

namespace tessera::post {
namespace {

constexpr Ticks kSoundMayEndEarly = kTicksPerSecond / 10;  // before the picture, and no silence is needed
constexpr std::size_t kMaxEarly = 1000;
constexpr Ticks kLongestFrame = kTicksPerSecond / 10;  // by which the last picture is counted

ParametersPtr copyOf(const AVCodecParameters* parameters) {
  if (!parameters) return nullptr;
  ParametersPtr copy(avcodec_parameters_alloc());
  if (avcodec_parameters_copy(copy.get(), parameters) < 0) return nullptr;
  return copy;
}

struct Stretch {
  Ticks from, to;
};

// Collects what there is of one kind of packets.
struct Seen {
  std::int64_t packets = 0;
  Ticks first = 0, last = 0, end = 0;
  void add(const Stretch& packet) {
    if (packets++ == 0) first = packet.from;
    last = packet.from;
    end = packet.to;
  }
  Ticks average() const { return packets > 1 ? (last - first) / (packets - 1) : 0; }
};

}  // namespace

Result<PartScan> scanPart(const std::string& path, bool video,
                          const std::function<void(std::int64_t)>& onBytes) {
  auto reader = PartReader::open(path, video);
  if (!reader) return tl::unexpected(std::move(reader).error());
  PartScan scan{copyOf(reader->video()), copyOf(reader->sound()), {}, 0, {}};
  Seen pictures, sounds;
  const PacketPtr packet = newPacket();
  std::deque<Stretch> early;  // sound that stands before the first picture in the file
  while (const auto kind = reader->next(*packet)) {
    onBytes(reader->bytesRead());
    const Stretch at{packet->pts, packet->pts + packet->duration};
    if (*kind == Kind::video) {
      pictures.add(at);
      for (const Stretch& each : early)
        if (each.from >= pictures.first) sounds.add(each);
      early.clear();
    } else if (video && !pictures.packets) {
      early.push_back(at);
      if (early.size() > kMaxEarly) early.pop_front();
    } else if (!video || at.from >= pictures.first) {
      sounds.add(at);
    }
  }
  const Ticks soundEnd = sounds.end;
  if (video ? pictures.packets == 0 : sounds.packets == 0)
    return fail(ErrorCode::mediaFailed, "{} holds nothing that can be decoded", path);
  scan.frame = pictures.average();
  scan.damage = reader->damage();
  scan.span.origin = video ? pictures.first : sounds.first;
  const Ticks videoEnd = video ? pictures.last + std::min(scan.frame, kLongestFrame) : soundEnd;
  scan.span.end = videoEnd - soundEnd > kSoundMayEndEarly || !sounds.packets ? videoEnd : soundEnd;
  scan.span.firstSound = sounds.packets ? sounds.first : scan.span.origin;
  if (!sounds.packets) scan.sound = nullptr;
  return scan;
}

Placement placePart(const PartSpan& span, bool first, Ticks soundEnd, Ticks packet) {
  const Ticks late = span.firstSound - span.origin;
  if (first) {
    const int silent = late >= toleranceOf(packet) ? static_cast<int>(late / packet) : 0;
    return {late - silent * packet, silent, -span.origin};
  }
  // At least one of silence: an encoder that begins anew does not go on from where another decoder state is.
  const int silent = std::max(1, static_cast<int>((late + packet - 1) / packet));
  return {soundEnd, silent, soundEnd + silent * packet - span.firstSound};
}

}  // namespace tessera::post
