// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>

namespace tessera::mix {

// Times are CLOCK_MONOTONIC (std::chrono::steady_clock since its epoch), everywhere in the media code.
using Nanos = std::chrono::nanoseconds;

struct Rect {
  int x = 0, y = 0, width = 0, height = 0;
  bool operator==(const Rect&) const = default;
};

// One I420 picture, immutable once shared; BT.601 limited range, but an input may be of full range and
// then also BT.709: it is converted with the scaling (docs/adr/0005). The planes lie in memory that `memory`
// keeps alive: a decoder's buffer or one of our own. Chroma planes are (width + 1) / 2 by (height + 1) / 2.
struct VideoFrame {
  int width = 0, height = 0;
  const std::uint8_t* y = nullptr;
  const std::uint8_t* u = nullptr;
  const std::uint8_t* v = nullptr;
  int strideY = 0, strideU = 0, strideV = 0;  // bytes
  bool fullRange = false;                     // 0 to 255, not 16 to 235 (luma) and 16 to 240 (chroma)
  bool bt709 = false;                         // heeded with fullRange only
  std::shared_ptr<const void> memory;
  // Of an input: capture time. Of the canvas: the time that belongs to its picture as a tick's belongs to its
  // sound, a little before its tick (picture_lag.h); it moves on evenly.
  Nanos captured{0};
};
using FrameRef = std::shared_ptr<const VideoFrame>;

// A picture with transparency: `frame` premultiplied is not used; alpha is one byte per luma pixel.
struct Overlay {
  VideoFrame frame;
  const std::uint8_t* alpha = nullptr;
  int strideAlpha = 0;
};

}  // namespace tessera::mix
