// SPDX-License-Identifier: Apache-2.0
#include "post/opus_packets.h"

namespace tessera::post {
namespace {

constexpr Ticks kLongest = 5760;  // 120 ms

// One frame, by the configuration in the upper five bits of the first byte (RFC 6716, table 2).
Ticks frameTicks(std::uint8_t toc) {
  const int config = toc >> 3;
  if (config < 12) return std::array<Ticks, 4>{480, 960, 1920, 2880}[config % 4];  // SILK
  if (config < 16) return config % 2 ? 960 : 480;                                  // hybrid
  return std::array<Ticks, 4>{120, 240, 480, 960}[config % 4];                     // CELT
}

}  // namespace

std::optional<Ticks> opusDuration(std::span<const std::uint8_t> packet) {
  if (packet.empty()) return std::nullopt;
  int frames = 1;
  switch (packet[0] & 3) {
    case 0:
      break;
    case 1:
      if (packet.size() % 2 == 0) return std::nullopt;  // two frames of the same size
      frames = 2;
      break;
    case 2:
      if (packet.size() < 2) return std::nullopt;
      frames = 2;
      break;
    default:
      if (packet.size() < 2) return std::nullopt;
      frames = packet[1] & 63;
  }
  const Ticks ticks = frames * frameTicks(packet[0]);
  if (ticks == 0 || ticks > kLongest) return std::nullopt;
  return ticks;
}

std::vector<std::uint8_t> opusHead(int channels) {
  return {'O',  'p',  'u', 's', 'H', 'e', 'a', 'd', 1, static_cast<std::uint8_t>(channels), 0, 0,  // pre-skip
          0x80, 0xbb, 0,   0,                                                                      // 48000
          0,    0,    0};  // gain, mapping family
}

}  // namespace tessera::post
