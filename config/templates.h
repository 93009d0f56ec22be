// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "config/entries.h"

namespace tessera::config {

// The file's [[template]] tables, on top of `settings.room`, and those that are always there (music).
std::vector<Template> readTemplates(const std::vector<RawTable>& tables, const Settings& settings,
                                    Errors& errors);

// As TOML, with the keys that differ from `settings.room`.
std::string describe(const Template& each, const Settings& settings);

}  // namespace tessera::config
