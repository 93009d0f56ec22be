// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "base/result.h"
#include "load/clip.h"

namespace tessera::load {

// Writes the picture of the clip, uncoded, as YUV4MPEG2: what a browser takes for its camera, so that it has
// as much to encode as the others' clips had. About 10 MB a second in 640x360 at 30 fps.
[[nodiscard]] Status writeCameraFile(const std::string& file, const VideoClipSettings& settings);

}  // namespace tessera::load
