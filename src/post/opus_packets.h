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

// Digital silence: CELT, full band, stereo, one frame that says "nothing" (of 20 and of 2.5 ms).
inline constexpr Ticks kOpusSilence = 960;
inline constexpr std::array<std::uint8_t, 3> kOpusSilencePacket{0xfc, 0xff, 0xfe};
inline constexpr Ticks kOpusShortSilence = 120;
inline constexpr std::array<std::uint8_t, 3> kOpusShortSilencePacket{0xe4, 0xff, 0xfe};

// The identification header of two channels at 48 kHz.
std::vector<std::uint8_t> opusHead(std::uint16_t preSkip);

}  // namespace tessera::post
