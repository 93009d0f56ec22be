// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <ostream>
#include <vector>

#include "pipelines/mix/video_mixer.h"

// Pictures for the mixer tests, and what to look for in its canvas.

namespace tessera::mix::test {

using namespace std::chrono_literals;

struct Yuv {
  int y = 0, u = 128, v = 128;
};

// The same colour but for the rounding of scaling.
inline bool operator==(const Yuv& a, const Yuv& b) {
  return std::abs(a.y - b.y) <= 2 && std::abs(a.u - b.u) <= 2 && std::abs(a.v - b.v) <= 2;
}
inline std::ostream& operator<<(std::ostream& out, const Yuv& c) {
  return out << "yuv(" << c.y << "," << c.u << "," << c.v << ")";
}

inline constexpr Yuv kRed{63, 102, 240}, kGreen{173, 42, 26}, kBlue{32, 240, 118}, kWhite{235, 128, 128};
inline constexpr Yuv kBlack{16, 128, 128};

// A frame whose colour is a function of x and y.
template <class ColourAt>
VideoFrame paint(int width, int height, Nanos captured, ColourAt colourAt) {
  const int chromaWidth = (width + 1) / 2;
  const int chromaHeight = (height + 1) / 2;
  const auto lumaSize = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  const auto chromaSize = static_cast<std::size_t>(chromaWidth) * static_cast<std::size_t>(chromaHeight);
  const auto bytes = std::make_shared<std::vector<std::uint8_t>>(lumaSize + 2 * chromaSize);
  std::uint8_t* const y = bytes->data();
  std::uint8_t* const u = y + lumaSize;
  std::uint8_t* const v = u + chromaSize;
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      const Yuv colour = colourAt(column, row);
      y[row * width + column] = static_cast<std::uint8_t>(colour.y);
      u[row / 2 * chromaWidth + column / 2] = static_cast<std::uint8_t>(colour.u);
      v[row / 2 * chromaWidth + column / 2] = static_cast<std::uint8_t>(colour.v);
    }
  }
  return {.width = width,
          .height = height,
          .y = y,
          .u = u,
          .v = v,
          .strideY = width,
          .strideU = chromaWidth,
          .strideV = chromaWidth,
          .memory = bytes,
          .captured = captured};
}

inline VideoFrame solid(int width, int height, Yuv colour, Nanos captured = Nanos{0}) {
  return paint(width, height, captured, [colour](int, int) { return colour; });
}

inline FrameRef share(VideoFrame frame) {
  return std::make_shared<const VideoFrame>(std::move(frame));
}

inline Yuv pixel(const VideoFrame& frame, int x, int y) {
  return {frame.y[std::ptrdiff_t{y} * frame.strideY + x],
          frame.u[std::ptrdiff_t{y / 2} * frame.strideU + x / 2],
          frame.v[std::ptrdiff_t{y / 2} * frame.strideV + x / 2]};
}

inline Yuv centreOf(const VideoFrame& canvas, const Rect& rect) {
  return pixel(canvas, rect.x + rect.width / 2, rect.y + rect.height / 2);
}

}  // namespace tessera::mix::test
