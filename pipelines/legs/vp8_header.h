// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>

namespace tessera {

struct Vp8Size {
  int width = 0, height = 0;
};

// The size in a VP8 keyframe's header (RFC 6386 section 9.1); nothing for an interframe or a short buffer.
inline std::optional<Vp8Size> vp8KeyframeSize(std::span<const std::uint8_t> frame) {
  if (frame.size() < 10 || (frame[0] & 1) != 0) return std::nullopt;
  if (frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a) return std::nullopt;
  return Vp8Size{(frame[6] | frame[7] << 8) & 0x3fff, (frame[8] | frame[9] << 8) & 0x3fff};
}

}  // namespace tessera
