// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "load/clip.h"

namespace tessera::load {

// The same clip in several sizes, rates and bitrates, among which a sender takes what it is asked for: what a
// browser's encoder does by scaling, as far as media that is encoded already can.
struct ClipVariant {
  VideoClipSettings settings;
  std::shared_ptr<const Clip> clip;
};
using ClipVariants = std::vector<ClipVariant>;  // the best first

// Of this one, which comes first: smaller sizes of the same shape, each at the whole and at half of the rate.
std::vector<VideoClipSettings> variantsOf(const VideoClipSettings& best);

// The best that is within what is asked for, or about so; the least one when all are above it. Null: nothing
// is to be sent.
std::shared_ptr<const Clip> pickVariant(const ClipVariants& variants, const Ingest& asked);

}  // namespace tessera::load
