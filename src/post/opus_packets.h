// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "post/av.h"

// What of Opus can be told without decoding (RFC 6716 §3, RFC 7845 §5).

namespace tessera::post {

// How long a packet sounds; nothing if it cannot be an Opus packet.
std::optional<Ticks> opusDuration(std::span<const std::uint8_t> packet);

// Digital silence: CELT, full band, one frame that says "nothing", of 20 or of 2.5 ms; one or two channels.
inline constexpr Ticks kOpusSilence = 960, kOpusShortSilence = 120;
using OpusSilence = std::array<std::uint8_t, 3>;
constexpr OpusSilence opusSilence(Ticks duration, int channels) {
  const int toc = (duration == kOpusSilence ? 31 : 28) << 3 | (channels == 2 ? 4 : 0);
  return {static_cast<std::uint8_t>(toc), 0xff, 0xfe};
}

// The identification header: 48 kHz, one or two channels, nothing to be skipped.
std::vector<std::uint8_t> opusHead(int channels);

}  // namespace tessera::post
