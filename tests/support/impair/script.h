// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "support/impair/impairment.h"

namespace tessera::impair {

// A line of a script: from then on a direction that it names is as it says, and perfect in what it leaves
// out.
//   {"atMs":5000,"down":{"kbps":200,"queueMs":300},"up":{}}
struct Step {
  std::optional<std::chrono::milliseconds> at;  // since the start; nothing: now
  std::optional<LinkSettings> up, down;
};
Result<Step> parseStep(std::string_view json);

// What the program prints, one JSON object a line, `ms` since its start.
std::string listeningLine(const std::string& address, int port);
std::string settingsLine(std::int64_t ms, const LinkSettings& up, const LinkSettings& down);
std::string secondLine(std::int64_t ms, const LinkCounts& up, const LinkCounts& down);
std::string errorLine(std::string_view text);

}  // namespace tessera::impair
