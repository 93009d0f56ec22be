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

void collect(const toml::table& table, const std::string& section, const std::string& file,
             std::vector<Placed>& out) {
  for (const auto& [key, node] : table) {
    if (const auto* inner = node.as_table(); inner && section.empty()) {
      collect(*inner, std::string(key.str()), file, out);
      continue;
    }
    const toml::source_position at = key.source().begin;
    out.push_back({at, {section, std::string(key.str()), rawValue(node), place(file, at)}});
  }
}

}  // namespace

Result<std::vector<RawEntry>> readToml(std::string_view text, const std::string& file) {
  toml::table table;
  try {
    table = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::config, "{}: {}", place(file, error.source().begin), error.description());
  }
  std::vector<Placed> placed;
  collect(table, "", file, placed);
  std::stable_sort(placed.begin(), placed.end(),
                   [](const Placed& a, const Placed& b) { return a.at.line < b.at.line; });
  std::vector<RawEntry> entries;
  for (Placed& each : placed) entries.push_back(std::move(each.entry));
  return entries;
}

}  // namespace tessera::config
