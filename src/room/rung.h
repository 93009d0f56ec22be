// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>

namespace tessera {

enum class VideoCodec { vp8, h264 };

// One way in which the room's picture is encoded, for everybody who can take that and no more. The width
// follows from the canvas' shape; a rung as high as the canvas or higher is the canvas itself.
struct RungSpec {
  int height = 720;   // pixels, even
  int fps = 30;       // 0: a still picture, a frame every kStillEvery
  int kbps = 1500;    // at best
  int minKbps = 700;  // its bitrate goes down to this before receivers go to the next rung
  bool operator==(const RungSpec&) const = default;
};
inline constexpr std::chrono::seconds kStillEvery{2};
inline constexpr std::size_t kMaxRungs = 8;

// A level of the ladder: 0 is the top rung, the number of rungs is sound alone. The program rung (for
// recordings and live outputs) is not of the ladder.
inline constexpr int kProgramLevel = -1;
struct RungId {
  VideoCodec codec = VideoCodec::vp8;
  int level = 0;
  bool operator==(const RungId&) const = default;
};

}  // namespace tessera
