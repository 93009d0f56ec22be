// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace tessera::config {

using Environment = std::map<std::string, std::string>;

// What load() does once the file is read; `file` is its name in errors, `environment` what overrides it.
[[nodiscard]] Result<Settings> parse(std::string_view toml, const std::string& file,
                                     const Environment& environment);

}  // namespace tessera::config
