// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "config/entries.h"

namespace tessera::config {

// The [[rung]] tables among them; `called` is what errors call one, "template.rung".
std::vector<RungSpec> readRungs(const std::vector<RawTable>& tables, std::string_view called, Errors& errors);

// As TOML.
std::string describe(const std::vector<RungSpec>& rungs, std::string_view called);

}  // namespace tessera::config
