// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string>

#include "base/result.h"

namespace tessera::config {

[[nodiscard]] Status checkImage(const std::string& path, bool jpegToo);  // a readable PNG, or else JPEG, file
[[nodiscard]] Result<std::string> readFile(const std::string& path, std::size_t maxBytes);

}  // namespace tessera::config
