// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "pipelines/draw/drawing.h"

namespace tessera::draw {

inline constexpr std::uintmax_t kMaxImageBytes = 20'000'000;  // of the file
inline constexpr int kMaxImageSide = 8192;                    // pixels
inline constexpr int kMaxImagePixels = 1 << 25;               // 128 MiB when decoded

// A PNG or JPEG file, upright. `what` names its use in errors ("background image").
[[nodiscard]] Result<Owned<cairo_surface_t>> loadImage(const std::string& what, const std::string& path);

}  // namespace tessera::draw
