// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/raw_value.h"

namespace tessera::config {

// The keys of a TOML text in its order; keys outside any section have an empty one. `file` is its name in
// errors.
[[nodiscard]] Result<std::vector<RawEntry>> readToml(std::string_view text, const std::string& file);

}  // namespace tessera::config
