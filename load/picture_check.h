// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>

#include "load/figures.h"

namespace tessera::load {

// Whether a decoded picture shows something, and moves. One thread at a time.
class PictureCheck {
 public:
  // `luma`: height rows of `stride` bytes, of which `width` count.
  void onFrame(std::span<const std::uint8_t> luma, int width, int height, int stride, TimePoint now);
  void beginWindow(TimePoint now);
  PictureFigures figures(TimePoint now) const;

 private:
  PictureFigures counts_;
  std::uint64_t lastHash_ = 0;
  TimePoint lastChange_{};
};

// Below this a picture counts as blank: a flat colour, or a canvas without anybody.
inline constexpr double kBlankVariance = 20;

}  // namespace tessera::load
