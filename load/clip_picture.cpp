// SPDX-License-Identifier: Apache-2.0
#include "load/clip_picture.h"

#include <algorithm>
#include <cmath>

namespace tessera::load {
namespace {

constexpr int kTextureSize = 1024;  // a power of two
constexpr std::size_t kNoiseSize = 1 << 20;

std::uint32_t next(std::uint32_t& state) {  // xorshift
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}

// Smooth noise: random values on a lattice of `cell` pixels, interpolated, added with this amplitude.
void addOctave(std::vector<int>& sum, int cell, int amplitude, std::uint32_t& random) {
  const int count = kTextureSize / cell;
  std::vector<int> lattice(static_cast<std::size_t>(count) * count);
  for (int& value : lattice) value = static_cast<int>(next(random) % 256) - 128;
  for (int y = 0; y < kTextureSize; ++y) {
    const int top = y / cell * count, bottom = (y / cell + 1) % count * count, fy = y % cell;
    for (int x = 0; x < kTextureSize; ++x) {
      const int left = x / cell, right = (left + 1) % count, fx = x % cell;
      const int upper = lattice[top + left] * (cell - fx) + lattice[top + right] * fx;
      const int lower = lattice[bottom + left] * (cell - fx) + lattice[bottom + right] * fx;
      sum[static_cast<std::size_t>(y) * kTextureSize + x] +=
          (upper * (cell - fy) + lower * fy) / (cell * cell) * amplitude / 128;
    }
  }
}

// Columns that something covers in a row.
struct Span {
  int from = 0, to = 0;
  bool holds(int x) const { return x >= from && x < to; }
};

// A head that nods and sways, and shoulders that follow it half the way.
struct Subject {
  double x = 0, y = 0;  // the head's centre
  double bodyX = 0, bodyY = 0;
  double width = 0, height = 0;  // half of the head's

  Span head(int row) const { return ellipse(row, x, y, width, height); }
  Span body(int row) const { return ellipse(row, bodyX, bodyY, width * 2.2, height * 1.7); }
  static Span ellipse(int row, double centreX, double centreY, double radiusX, double radiusY) {
    const double dy = (row - centreY) / radiusY;
    if (dy * dy >= 1) return {};
    const double half = radiusX * std::sqrt(1 - dy * dy);
    return {static_cast<int>(centreX - half), static_cast<int>(centreX + half)};
  }
};

Subject subjectIn(int width, int height, double seconds) {
  const double sway = 0.12 * std::sin(seconds * 1.3), nod = 0.04 * std::sin(seconds * 2.1);
  return {width * (0.5 + sway),      height * (0.60 + nod), width * (0.5 + sway / 2),
          height * (1.18 + nod / 2), width * 0.11,          height * 0.26};
}

}  // namespace

ClipPicture::ClipPicture(int width, int height)
    : width_(width),
      height_(height),
      texture_(static_cast<std::size_t>(kTextureSize) * kTextureSize),
      noise_(kNoiseSize) {
  std::vector<int> sum(texture_.size(), 120);
  addOctave(sum, 128, 50, random_);
  addOctave(sum, 32, 30, random_);
  addOctave(sum, 8, 20, random_);
  addOctave(sum, 2, 10, random_);
  std::transform(sum.begin(), sum.end(), texture_.begin(),
                 [](int value) { return static_cast<std::uint8_t>(std::clamp(value, 16, 235)); });
  // The sum of four uniform values is near enough to a camera's noise; its deviation is about 3 steps.
  for (std::int8_t& value : noise_) {
    const std::uint32_t r = next(random_);
    value = static_cast<std::int8_t>(((r & 7) + (r >> 3 & 7) + (r >> 6 & 7) + (r >> 9 & 7)) / 2 - 7);
  }
}

std::uint8_t ClipPicture::textureAt(int x, int y) const {
  return texture_[static_cast<std::size_t>(y & (kTextureSize - 1)) * kTextureSize + (x & (kTextureSize - 1))];
}

void ClipPicture::draw(double seconds, std::span<std::uint8_t> out) {
  drawLuma(seconds, out);
  drawChroma(seconds, out);
}

std::uint8_t ClipPicture::subjectAt(int x, int y) const {
  return textureAt(x * 2 + 300, y * 2) / 2 + 90;
}

void ClipPicture::drawLuma(double seconds, std::span<std::uint8_t> out) {
  const int panX = static_cast<int>(60 * std::sin(seconds * 0.8) + 20 * seconds);
  const int panY = static_cast<int>(30 * std::sin(seconds * 0.5));
  const Subject subject = subjectIn(width_, height_, seconds);
  std::size_t noiseAt = next(random_) % kNoiseSize;
  for (int y = 0; y < height_; ++y) {
    const Span head = subject.head(y), body = subject.body(y);
    for (int x = 0; x < width_; ++x) {
      int value = textureAt(x + panX, y + panY);
      const int fromX = x - static_cast<int>(subject.x), fromY = y - static_cast<int>(subject.y);
      if (head.holds(x)) {
        value = subjectAt(fromX, fromY);
      } else if (body.holds(x)) {
        value = subjectAt(fromX, fromY) / 2 + 20;
      }
      value += noise_[noiseAt];
      noiseAt = (noiseAt + 1) & (kNoiseSize - 1);
      out[static_cast<std::size_t>(y) * width_ + x] = static_cast<std::uint8_t>(std::clamp(value, 16, 235));
    }
  }
}

void ClipPicture::drawChroma(double seconds, std::span<std::uint8_t> out) {
  const int shift = static_cast<int>(seconds * 15);
  const int width = width_ / 2, height = height_ / 2;
  const Subject subject = subjectIn(width_, height_, seconds);
  std::uint8_t* u = out.data() + static_cast<std::size_t>(width_) * height_;
  std::uint8_t* v = u + static_cast<std::size_t>(width) * height;
  for (int y = 0; y < height; ++y) {
    const Span head = subject.head(2 * y), body = subject.body(2 * y);
    for (int x = 0; x < width; ++x) {
      const std::size_t at = static_cast<std::size_t>(y) * width + x;
      const bool skin = head.holds(2 * x), cloth = !skin && body.holds(2 * x);
      const int blue = (textureAt(x / 2 + shift, y / 2) - 120) / 2;
      const int red = (textureAt(x / 2, y / 2 + 512 - shift) - 120) / 2;
      u[at] = static_cast<std::uint8_t>(128 + (skin ? -16 : cloth ? 22 : blue));
      v[at] = static_cast<std::uint8_t>(128 + (skin ? 20 : cloth ? -8 : red));
    }
  }
}

}  // namespace tessera::load
