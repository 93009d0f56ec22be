// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include "post/av.h"

namespace tessera::post {

struct Expected {
  std::int64_t videoPackets = 0, soundPackets = 0;
  Ticks duration = 0;
};

// Opens the finished file, reads it whole and compares.
[[nodiscard]] Status verify(const std::string& path, const char* demuxer, const Expected& expected,
                            const std::function<void(std::int64_t)>& onBytes);

}  // namespace tessera::post
