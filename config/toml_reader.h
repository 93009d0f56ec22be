// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "config/raw_value.h"

namespace tessera::config {

// A TOML text; `file` is its name in errors.
[[nodiscard]] Result<RawTable> readToml(std::string_view text, const std::string& file);

}  // namespace tessera::config
