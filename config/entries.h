// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/keys.h"
#include "config/raw_value.h"

// What stands in the file, held against what may stand there.

namespace tessera::config {

// All that is wrong with a configuration, to be reported together.
class Errors {
 public:
  template <class... Args>
  void add(fmt::format_string<Args...> text, Args&&... args) {
    texts_.push_back(fmt::format(text, std::forward<Args>(args)...));
  }
  // `known`: what could have been meant.
  void addUnknown(const std::string& where, const std::string& name, const std::vector<std::string>& known);
  bool none() const { return texts_.empty(); }
  std::size_t count() const { return texts_.size(); }
  std::string text() const { return fmt::format("{}", fmt::join(texts_, "\n")); }

 private:
  std::vector<std::string> texts_;
};

// What is wrong with a secret is told without it.
void setKey(const Key& key, const RawValue& value, const std::string& where, Settings& settings,
            Errors& errors);

// A key of the tables of an array.
template <class T>
struct Field {
  std::string_view name;
  std::string_view expects;
  bool (*set)(T&, const RawValue&);  // false when the value is not what it expects
  bool needed = false;
  bool secret = false;
};

// `called`: the table as it is called in errors, "layout.regions".
template <class T>
void readFields(const RawTable& table, std::string_view called, const std::vector<Field<T>>& fields, T& out,
                Errors& errors) {
  std::vector<std::string_view> missing;
  std::vector<std::string> known;
  for (const Field<T>& field : fields) {
    known.push_back(fmt::format("{}.{}", called, field.name));
    if (field.needed) missing.push_back(field.name);
  }
  for (const RawEntry& entry : table.entries) {
    if (!entry.section.empty()) continue;
    const auto field = std::find_if(fields.begin(), fields.end(),
                                    [&](const Field<T>& each) { return each.name == entry.key; });
    if (field == fields.end()) {
      errors.addUnknown(entry.where, fmt::format("{}.{}", called, entry.key), known);
      continue;
    }
    std::erase(missing, field->name);
    if (!field->set(out, entry.value))
      errors.add("{}: {}.{}: expected {}, got {}", entry.where, called, entry.key, field->expects,
                 field->secret ? "something else" : describe(entry.value));
  }
  for (const std::string_view name : missing) errors.add("{}: {}.{}: is missing", table.where, called, name);
}

}  // namespace tessera::config
