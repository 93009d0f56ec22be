// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string_view>

#include "load/clip.h"
#include "load/options.h"

namespace tessera::load {

struct Clips {
  std::shared_ptr<const Clip> video, talking, quiet;
};

// Takes the video clip from where it was stored, or encodes and stores it; `note` is told what takes long or
// went wrong without harm. Blocks for seconds.
[[nodiscard]] Result<Clips> obtainClips(const Options& options,
                                        const std::function<void(std::string_view)>& note);

}  // namespace tessera::load
