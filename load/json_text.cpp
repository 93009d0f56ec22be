// SPDX-License-Identifier: Apache-2.0
#include "load/json_text.h"

#include <cmath>

namespace tessera::load {

std::string jsonString(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      result += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      result += c;
    }
  }
  return result + '"';
}

JsonObject& JsonObject::add(std::string_view key, double number) {
  return raw(key, std::isfinite(number) ? fmt::format("{:.3f}", number) : "null");
}

JsonObject& JsonObject::raw(std::string_view key, std::string_view json) {
  if (!members_.empty()) members_ += ',';
  members_ += jsonString(key);
  members_ += ':';
  members_ += json;
  return *this;
}

}  // namespace tessera::load
