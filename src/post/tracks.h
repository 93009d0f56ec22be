// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "post/plan.h"

namespace tessera::post {

// One participant's sound during one part.
struct TrackPart {
  std::string path;
  PartSpan span;   // of the part
  Ticks base = 0;  // where the part's origin lies in the file
};

// Writes a participant's separate track: as long as the file, each sound where it was in the meeting, silence
// where there was none. False: there is none at all that can be read.
[[nodiscard]] Result<bool> writeTrack(const std::string& path, const std::string& title,
                                      std::int64_t startedAtMs, const std::vector<TrackPart>& parts,
                                      Ticks duration);

}  // namespace tessera::post
