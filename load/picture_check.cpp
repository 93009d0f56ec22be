// SPDX-License-Identifier: Apache-2.0
#include "load/picture_check.h"

#include <algorithm>

namespace tessera::load {
namespace {

constexpr int kStep = 7;  // every 7th pixel of every 7th row: 19,000 of 1280x720 are enough

}  // namespace

void PictureCheck::onFrame(std::span<const std::uint8_t> luma, int width, int height, int stride,
                           TimePoint now) {
  std::uint64_t sum = 0, squares = 0, count = 0;
  std::uint64_t hash = 14695981039346656037u;  // FNV-1a
  for (int y = 0; y < height; y += kStep) {
    for (int x = 0; x < width; x += kStep) {
      const std::uint64_t value = luma[static_cast<std::size_t>(y) * stride + x];
      sum += value;
      squares += value * value;
      hash = (hash ^ value) * 1099511628211u;
      ++count;
    }
  }
  if (count == 0) return;
  const double mean = static_cast<double>(sum) / static_cast<double>(count);
  const double variance = static_cast<double>(squares) / static_cast<double>(count) - mean * mean;
  counts_.lowestVariance = counts_.frames == 0 ? variance : std::min(counts_.lowestVariance, variance);
  ++counts_.frames;
  counts_.width = width;
  counts_.height = height;
  if (hash == lastHash_) return;
  if (lastHash_ != 0)
    counts_.longestFreeze = std::max(counts_.longestFreeze, Milliseconds(now - lastChange_));
  lastHash_ = hash;
  lastChange_ = now;
}

void PictureCheck::beginWindow(TimePoint now) {
  counts_ = {};
  lastChange_ = now;
}

PictureFigures PictureCheck::figures(TimePoint now) const {
  PictureFigures result = counts_;
  if (lastChange_ != TimePoint{})
    result.longestFreeze = std::max(result.longestFreeze, Milliseconds(now - lastChange_));
  return result;
}

}  // namespace tessera::load
