// SPDX-License-Identifier: Apache-2.0
#include "load/clip_variants.h"

#include <algorithm>
#include <cmath>

namespace tessera::load {
namespace {

constexpr double kScales[] = {1, 0.75, 0.5, 0.4, 0.25};
constexpr int kLeastHeight = 90;  // below it, time codes are hard to read
constexpr int kLeastHalfFps = 10;
constexpr int kLeastKbps = 50;
// What is asked for may be exceeded by this share: sizes in between are not there.
constexpr double kTolerance = 0.1;
constexpr double kKbpsTolerance = 0.25;

int even(double pixels) {
  return 2 * static_cast<int>(std::lround(pixels / 2));
}

// For the same quality: smaller pictures need more bits for a pixel, lower rates more for a frame.
int kbpsFor(const VideoClipSettings& best, double scale, double rate) {
  const double kbps = best.kbps * std::pow(scale * scale, 0.75) * std::pow(rate, 0.6);
  return std::max(kLeastKbps, 10 * static_cast<int>(std::lround(kbps / 10)));
}

}  // namespace

std::vector<VideoClipSettings> variantsOf(const VideoClipSettings& best) {
  std::vector<VideoClipSettings> variants{best};
  for (const double scale : kScales) {
    if (scale < 1 && best.height * scale < kLeastHeight) break;
    for (const int parts : {1, 2}) {
      const int fps = best.fps / parts;
      if ((scale == 1 && parts == 1) || (parts > 1 && fps < kLeastHalfFps)) continue;
      variants.push_back({best.codec, even(best.width * scale), even(best.height * scale), fps,
                          kbpsFor(best, scale, static_cast<double>(fps) / best.fps)});
    }
  }
  return variants;
}

std::shared_ptr<const Clip> pickVariant(const ClipVariants& variants, const Ingest& asked) {
  if (asked.width == 0 || variants.empty()) return nullptr;
  const auto within = [](int value, int limit, double tolerance) { return value <= limit * (1 + tolerance); };
  const auto fits = [&](const ClipVariant& variant) {
    const VideoClipSettings& s = variant.settings;
    return within(s.width, asked.width, kTolerance) && within(s.height, asked.height, kTolerance) &&
           within(s.fps, asked.fps, kTolerance) && within(s.kbps, asked.kbps, kKbpsTolerance);
  };
  const auto found = std::find_if(variants.begin(), variants.end(), fits);
  return found == variants.end() ? variants.back().clip : found->clip;
}

}  // namespace tessera::load
