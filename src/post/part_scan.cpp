// SPDX-License-Identifier: Apache-2.0
#include "post/part_scan.h"

#include <algorithm>
#include <array>
#include <deque>
#include <optional>

namespace tessera::post {
namespace {

constexpr Ticks kSoundMayEndEarly = kTicksPerSecond / 10;  // before the picture, and no silence is needed
constexpr std::size_t kMaxEarly = 1000;
constexpr int kUsualFps = 30;

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
};

// Tells the rate of pictures whose times are rounded and some of which are missing.
class RateGuess {
 public:
  void add(Ticks pts) {
    const Ticks apart = before_ ? pts - *before_ : 0;
    before_ = pts;
    if (apart <= 0 || apart >= kTicksPerSecond) return;
    Bin& bin = bins_[static_cast<std::size_t>(msOf(apart + kTicksPerSecond / 2000))];
    ++bin.count;
    bin.sum += apart;
    ++count_;
  }
  // By the shortest time that is more than an exception; 0 when there are too few.
  int fps() const {
    constexpr std::int64_t kFew = 10;
    for (std::size_t i = 0; i + 1 < bins_.size() && count_ >= kFew; ++i) {
      const Bin both{bins_[i].count + bins_[i + 1].count, bins_[i].sum + bins_[i + 1].sum};
      if (both.count > count_ / 20)
        return static_cast<int>((kTicksPerSecond * both.count + both.sum / 2) / both.sum);
    }
    return 0;
  }

 private:
  struct Bin {
    std::int64_t count = 0;
    Ticks sum = 0;
  };
  std::array<Bin, 1001> bins_;  // by milliseconds
  std::int64_t count_ = 0;
  std::optional<Ticks> before_;
};

}  // namespace

Result<PartScan> scanPart(const std::string& path, bool video,
                          const std::function<void(std::int64_t)>& onBytes) {
  auto reader = PartReader::open(path, video);
  if (!reader) return tl::unexpected(std::move(reader).error());
  PartScan scan{copyOf(reader->video()), copyOf(reader->sound()), {}, 0, {}};
  Seen pictures, sounds;
  RateGuess rate;
  const PacketPtr packet = newPacket();
  std::deque<Stretch> early;  // sound that stands before the first picture in the file
  while (const auto kind = reader->next(*packet)) {
    onBytes(reader->bytesRead());
    const Stretch at{packet->pts, packet->pts + packet->duration};
    if (*kind == Kind::video) {
      pictures.add(at);
      rate.add(at.from);
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
  if (auto whole = reader->whole(); !whole) return tl::unexpected(std::move(whole).error());
  const Ticks soundEnd = sounds.end;
  if (video ? pictures.packets == 0 : sounds.packets == 0)
    return fail(ErrorCode::mediaFailed, "{} holds nothing that can be decoded", path);
  scan.fps = rate.fps();
  scan.damage = reader->damage();
  scan.span.origin = video ? pictures.first : sounds.first;
  const Ticks videoEnd =
      video ? pictures.last + kTicksPerSecond / (scan.fps ? scan.fps : kUsualFps) : soundEnd;
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
