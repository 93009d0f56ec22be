// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "config/entries.h"

namespace tessera::config {

// The file's [[source]] tables.
std::vector<Source> readSources(const std::vector<RawTable>& tables, const Sources& rules, Errors& errors);

std::string describe(const Source& source);  // as TOML, without its secrets

}  // namespace tessera::config
