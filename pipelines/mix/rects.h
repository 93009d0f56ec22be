// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>

#include "pipelines/mix/video_frame.h"

namespace tessera::mix {

inline bool empty(const Rect& r) {
  return r.width <= 0 || r.height <= 0;
}

inline Rect intersection(const Rect& a, const Rect& b) {
  const int x = std::max(a.x, b.x);
  const int y = std::max(a.y, b.y);
  return {x, y, std::min(a.x + a.width, b.x + b.width) - x, std::min(a.y + a.height, b.y + b.height) - y};
}

inline bool overlap(const Rect& a, const Rect& b) {
  return !empty(intersection(a, b));
}

inline bool contains(const Rect& outer, const Rect& inner) {
  return intersection(outer, inner) == inner;
}

// The smallest rect around both.
inline Rect bounding(const Rect& a, const Rect& b) {
  const int x = std::min(a.x, b.x);
  const int y = std::min(a.y, b.y);
  return {x, y, std::max(a.x + a.width, b.x + b.width) - x, std::max(a.y + a.height, b.y + b.height) - y};
}

}  // namespace tessera::mix
