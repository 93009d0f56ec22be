// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <fmt/core.h>

#include <optional>
#include <string>
#include <string_view>

namespace tessera::load {

std::string jsonString(std::string_view text);

// The text of one JSON object, member by member, in order.
class JsonObject {
 public:
  JsonObject& add(std::string_view key, std::string_view value) { return raw(key, jsonString(value)); }
  JsonObject& add(std::string_view key, const std::string& value) { return raw(key, jsonString(value)); }
  JsonObject& add(std::string_view key, const char* value) { return raw(key, jsonString(value)); }
  JsonObject& add(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  template <class T>
  JsonObject& add(std::string_view key, T number) {
    return raw(key, fmt::format("{}", number));
  }
  JsonObject& add(std::string_view key, double number);  // three decimals; null when it is not finite
  template <class T>
  JsonObject& add(std::string_view key, const std::optional<T>& number) {
    return number ? add(key, *number) : raw(key, "null");
  }
  // A value that is JSON already.
  JsonObject& raw(std::string_view key, std::string_view json);
  std::string text() const { return "{" + members_ + "}"; }

 private:
  std::string members_;
};

// "[a,b]" of a range of things, each made into JSON by `each`.
template <class Range, class Function>
std::string jsonArray(const Range& range, Function each) {
  std::string items;
  for (const auto& item : range) items += (items.empty() ? "" : ",") + each(item);
  return "[" + items + "]";
}

}  // namespace tessera::load
