// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "config/entries.h"

namespace tessera::config {

// The file's [[layout]] tables.
std::vector<CustomLayout> readLayouts(const std::vector<RawTable>& tables, Errors& errors);

// As TOML.
std::string describe(const CustomLayout& layout);

// Is it the name of a layout that is always there, or else of one of those?
bool isLayout(const Look& look, std::string_view name);

}  // namespace tessera::config
