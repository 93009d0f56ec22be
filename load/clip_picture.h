// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace tessera::load {

// A picture like that of a camera, the same in every run: a textured background that pans, a head and
// shoulders that move before it, and sensor noise over both. I420, planes without padding.
class ClipPicture {
 public:
  ClipPicture(int width, int height);  // pixels, even

  std::size_t bytes() const { return static_cast<std::size_t>(width_) * height_ * 3 / 2; }
  // The picture at `seconds`; `out` has bytes() bytes.
  void draw(double seconds, std::span<std::uint8_t> out);

 private:
  void drawLuma(double seconds, std::span<std::uint8_t> out);
  void drawChroma(double seconds, std::span<std::uint8_t> out);
  std::uint8_t textureAt(int x, int y) const;
  std::uint8_t subjectAt(int x, int y) const;  // pixels from its centre

  const int width_, height_;
  std::vector<std::uint8_t> texture_;  // square, repeats
  std::vector<std::int8_t> noise_;
  std::uint32_t random_ = 1;
};

}  // namespace tessera::load
