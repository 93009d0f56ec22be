// SPDX-License-Identifier: Apache-2.0
#include "config/toml_reader.h"

// 3.3 asserts (or, with NDEBUG, lets the optimizer assume) what a mistyped header like "[}]" breaks; the code
// after it handles that, so there is to be neither.
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
#define TOML_ENABLE_FORMATTERS 0
#define TOML_HEADER_ONLY 1  // this is the one file that pays for it
#include <toml++/toml.h>

#include <algorithm>

namespace tessera::config {
namespace {

std::string place(const std::string& file, const toml::source_position& at) {
  return fmt::format("{}:{}:{}", file, at.line, at.column);
}

std::string article(toml::node_type type) {
  switch (type) {
    case toml::node_type::table:
      return "a section";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a number with a fraction";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

RawValue listValue(const toml::array& array) {
  std::vector<std::string> list;
  for (const toml::node& element : array) {
    const auto text = element.value_exact<std::string>();
    if (!text) return WrongKind{fmt::format("an array with {}", article(element.type()))};
    list.push_back(*text);
  }
  return list;
}

RawValue rawValue(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::boolean:
      return node.as_boolean()->get();
    case toml::node_type::integer:
      return node.as_integer()->get();
    case toml::node_type::floating_point:
      return node.as_floating_point()->get();
    case toml::node_type::string:
      return node.as_string()->get();
    case toml::node_type::array:
      return listValue(*node.as_array());
    default:
      return WrongKind{article(node.type())};
  }
}

struct Placed {
  toml::source_position at;
  RawEntry entry;
};

RawTable readTable(const toml::table& table, std::string name, const std::string& file);

void collect(const toml::table& table, const std::string& section, const std::string& file,
             std::vector<Placed>& entries, std::vector<RawTable>& tables) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (const auto* inner = node.as_table(); inner && section.empty()) {
      collect(*inner, name, file, entries, tables);
    } else if (section.empty() && node.is_array_of_tables()) {
      for (const toml::node& element : *node.as_array())
        tables.push_back(readTable(*element.as_table(), name, file));
    } else {
      const toml::source_position at = key.source().begin;
      entries.push_back({at, {section, name, rawValue(node), place(file, at)}});
    }
  }
}

RawTable readTable(const toml::table& table, std::string name, const std::string& file) {
  RawTable read{std::move(name), place(file, table.source().begin), {}, {}};
  std::vector<Placed> placed;
  collect(table, "", file, placed, read.tables);
  std::stable_sort(placed.begin(), placed.end(),
                   [](const Placed& a, const Placed& b) { return a.at.line < b.at.line; });
  for (Placed& each : placed) read.entries.push_back(std::move(each.entry));
  return read;
}

}  // namespace

Result<RawTable> readToml(std::string_view text, const std::string& file) {
  try {
    return readTable(toml::parse(text, file), "", file);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::config, "{}: {}", place(file, error.source().begin), error.description());
  }
}

}  // namespace tessera::config
