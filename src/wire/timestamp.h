// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/chrono.h>

#include <cstdint>
#include <string>

namespace tessera::wire {

// RFC 3339: "2026-01-31T12:00:00.000Z".
inline std::string rfc3339(std::int64_t unixMs) {
  const std::time_t seconds = static_cast<std::time_t>(unixMs / 1000);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), unixMs % 1000);
}

}  // namespace tessera::wire
