// SPDX-License-Identifier: Apache-2.0
#include "post/avc.h"

#include <algorithm>

namespace tessera::post {
namespace {

constexpr int kIdr = 5, kSps = 7, kPps = 8, kHighestKnown = 21;

int kindOf(ByteSpan unit) {
  return unit[0] & 0x1f;
}

// Calls each(unit) for every NAL unit between start codes.
template <class Each>
void forEachUnit(ByteSpan stream, Each each) {
  constexpr std::uint8_t kCode[] = {0, 0, 1};
  auto at = std::search(stream.begin(), stream.end(), std::begin(kCode), std::end(kCode));
  while (at != stream.end()) {
    const auto begin = at + 3;
    at = std::search(begin, stream.end(), std::begin(kCode), std::end(kCode));
    auto end = at;
    while (end != begin && *(end - 1) == 0) --end;  // trailing zeros belong to the next start code
    if (end != begin) each(ByteSpan(begin, end));
  }
}

// Reads units behind lengths of two bytes; false when they do not fit.
bool readSets(ByteSpan& from, int count, int kind, std::vector<Bytes>& to) {
  for (; count > 0; --count) {
    if (from.size() < 2) return false;
    const std::size_t size = (from[0] << 8) | from[1];
    from = from.subspan(2);
    if (size == 0 || from.size() < size || kindOf(from) != kind) return false;
    to.emplace_back(from.begin(), from.begin() + static_cast<std::ptrdiff_t>(size));
    from = from.subspan(size);
  }
  return true;
}

void writeSets(const std::vector<Bytes>& sets, Bytes& to) {
  for (const Bytes& set : sets) {
    to.push_back(static_cast<std::uint8_t>(set.size() >> 8));
    to.push_back(static_cast<std::uint8_t>(set.size() & 0xff));
    to.insert(to.end(), set.begin(), set.end());
  }
}

}  // namespace

std::optional<AvcConfig> parseAvcConfig(ByteSpan avcc) {
  if (avcc.size() < 7 || avcc[0] != 1) return std::nullopt;
  AvcConfig config{avcc[1], avcc[2], avcc[3], (avcc[4] & 3) + 1, {}, {}};
  const int spsCount = avcc[5] & 0x1f;
  avcc = avcc.subspan(6);
  if (!readSets(avcc, spsCount, kSps, config.sps) || avcc.empty()) return std::nullopt;
  const int ppsCount = avcc[0];
  avcc = avcc.subspan(1);
  if (!readSets(avcc, ppsCount, kPps, config.pps)) return std::nullopt;
  if (config.sps.empty() || config.pps.empty() || config.lengthBytes == 3) return std::nullopt;
  return config;
}

Bytes encodeAvcConfig(const AvcConfig& config) {
  Bytes out{1,
            config.profile,
            config.compatibility,
            config.level,
            static_cast<std::uint8_t>(0xfc | (config.lengthBytes - 1)),
            static_cast<std::uint8_t>(0xe0 | config.sps.size())};
  writeSets(config.sps, out);
  out.push_back(static_cast<std::uint8_t>(config.pps.size()));
  writeSets(config.pps, out);
  const bool high = config.profile == 100 || config.profile == 110 || config.profile == 122;
  if (high) out.insert(out.end(), {0xfd, 0xf8, 0xf8, 0});  // 4:2:0, 8 bits, no SPS extensions
  return out;
}

std::optional<AvcConfig> avcConfigOfByteStream(ByteSpan stream) {
  AvcConfig config;
  forEachUnit(stream, [&](ByteSpan unit) {
    if (kindOf(unit) == kSps) config.sps.emplace_back(unit.begin(), unit.end());
    if (kindOf(unit) == kPps) config.pps.emplace_back(unit.begin(), unit.end());
  });
  if (config.sps.empty() || config.pps.empty() || config.sps[0].size() < 4) return std::nullopt;
  config.profile = config.sps[0][1];
  config.compatibility = config.sps[0][2];
  config.level = config.sps[0][3];
  return config;
}

std::optional<unsigned> spsId(ByteSpan sps) {
  if (sps.size() < 5 || kindOf(sps) != kSps) return std::nullopt;
  // ue(v), H.264 §9.1; ids up to 31 need nine bits at most
  const unsigned bits = (sps[4] << 8) | (sps.size() > 5 ? sps[5] : 0);
  int zeros = 0;
  while (zeros < 8 && !(bits & (0x8000u >> zeros))) ++zeros;
  if (zeros > 5) return std::nullopt;
  return (bits >> (15 - 2 * zeros)) - 1;
}

AvcConfig withSetsOf(AvcConfig base, const AvcConfig& other) {
  base.sps.insert(base.sps.end(), other.sps.begin(), other.sps.end());
  base.pps.insert(base.pps.end(), other.pps.begin(), other.pps.end());
  base.level = std::max(base.level, other.level);
  base.compatibility &= other.compatibility;  // flags of what all of it keeps to
  return base;
}

Bytes lengthPrefixed(ByteSpan stream) {
  Bytes out;
  out.reserve(stream.size() + 16);
  forEachUnit(stream, [&](ByteSpan unit) {
    for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<std::uint8_t>(unit.size() >> shift));
    out.insert(out.end(), unit.begin(), unit.end());
  });
  return out;
}

AvcPacket checkAvcPacket(ByteSpan packet, int lengthBytes) {
  bool slice = false, idr = false;
  while (!packet.empty()) {
    const auto prefix = static_cast<std::size_t>(lengthBytes);
    if (packet.size() < prefix) return AvcPacket::broken;
    std::size_t size = 0;
    for (std::size_t i = 0; i < prefix; ++i) size = size << 8 | packet[i];
    packet = packet.subspan(prefix);
    if (size == 0 || size > packet.size()) return AvcPacket::broken;
    const int kind = kindOf(packet);
    const bool forbidden = packet[0] & 0x80;
    if (forbidden || kind == 0 || kind > kHighestKnown) return AvcPacket::broken;
    slice |= kind <= kIdr;
    idr |= kind == kIdr;
    packet = packet.subspan(size);
  }
  if (!slice) return AvcPacket::broken;
  return idr ? AvcPacket::keyframe : AvcPacket::other;
}

}  // namespace tessera::post
