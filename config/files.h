// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>

#include "base/result.h"

namespace tessera::config {

[[nodiscard]] Result<std::string> readFile(const std::string& path, std::size_t maxBytes);

}  // namespace tessera::config
