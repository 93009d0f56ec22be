// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "post/av.h"

namespace tessera::post {

// Writes a JPEG of one of eight keyframes in the first quarter of the file: the last one that is neither
// black nor all of one colour. False: there is no picture that can be decoded.
[[nodiscard]] Result<bool> writePoster(const std::string& media, const char* demuxer,
                                       const std::string& jpeg);

}  // namespace tessera::post
