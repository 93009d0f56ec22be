// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

namespace tessera::config {

// How many characters must be inserted, removed, replaced or swapped with the next to make one of the other.
std::size_t editDistance(std::string_view a, std::string_view b);

// The candidate nearest to `word`; empty when none is near enough to be what was meant.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace tessera::config
