// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "base/result.h"

namespace tessera::post {

// libavformat writes chapters twice into MP4: as a list, which players read, and as a text track for
// QuickTime, which ffprobe warns of as a stream of an unknown codec. This takes the track out of a finished
// file: its box, and the other tracks' references to it, become free space; nothing moves.
[[nodiscard]] Status dropChapterTrack(const std::string& path);

}  // namespace tessera::post
