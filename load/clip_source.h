// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string_view>

#include "load/clip_variants.h"
#include "load/options.h"

namespace tessera::load {

struct Clips {
  ClipVariants video;  // the best alone when ingest is ignored
  std::shared_ptr<const Clip> talking, quiet;
};

// Takes the video clips from where they were stored, or encodes and stores them; `note` is told what takes
// long or went wrong without harm. Blocks for seconds.
[[nodiscard]] Result<Clips> obtainClips(const Options& options,
                                        const std::function<void(std::string_view)>& note);

}  // namespace tessera::load
