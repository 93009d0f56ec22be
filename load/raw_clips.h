// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "load/clip.h"

namespace tessera::load {

// The frames of the clips that a run sends, for a program that does without GStreamer.
struct RawFrame {
  std::vector<std::uint8_t> bytes;
  bool keyframe = false;
};
struct RawClips {
  std::vector<RawFrame> video, talking, quiet;
};

std::vector<RawFrame> rawFrames(const Clip& clip);

// From the same cache as a run's. May encode them first, by GStreamer, which takes seconds.
[[nodiscard]] Result<RawClips> obtainRawClips(const VideoClipSettings& settings,
                                              const std::function<void(std::string_view)>& note);

}  // namespace tessera::load
