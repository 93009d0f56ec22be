// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "load/clip.h"

namespace tessera::load {

// Where the clip of these settings is kept between runs: $XDG_CACHE_HOME/tessera-load/.
std::string defaultClipFile(const VideoClipSettings& settings);

// A clip that was stored; fails with notFound when there is none, with badRequest when the file is not a clip
// of these settings.
[[nodiscard]] Result<Clip> readClip(const std::string& file, const VideoClipSettings& settings);
[[nodiscard]] Status writeClip(const std::string& file, const VideoClipSettings& settings, const Clip& clip);

}  // namespace tessera::load
