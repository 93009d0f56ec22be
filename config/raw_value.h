// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace tessera::config {

// What a key was set to, before anybody has looked whether it makes sense.
struct WrongKind {
  std::string article;  // "a table", "an array with a number"
};
using RawValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>, WrongKind>;

std::string describe(const RawValue& value);  // for "expected …, got …"

struct RawEntry {
  std::string section;
  std::string key;
  RawValue value;
  std::string where;  // "tessera.toml:12:3", or the environment variable
};

// The file, or one table of an array of tables: its own keys (without a section), those of the sections in
// it, and the tables of the arrays in it, all in the order of the file.
struct RawTable {
  std::string name;  // of the array that it stands in
  std::string where;
  std::vector<RawEntry> entries;
  std::vector<RawTable> tables;
};

}  // namespace tessera::config
