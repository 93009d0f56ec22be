// SPDX-License-Identifier: Apache-2.0
#include "config/environment.h"

#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

namespace tessera::config {

Environment processEnvironment() {
  Environment environment;
  for (char** at = environ; at && *at; ++at) {
    const std::string_view entry(*at);
    const std::size_t equals = entry.find('=');
    if (entry.starts_with("TESSERA_") && equals != std::string_view::npos)
      environment.emplace(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return environment;
}

std::string variableOf(const Key& key) {
  std::string name = fmt::format("TESSERA_{}_{}", key.section, key.name);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return g_ascii_toupper(c); });
  return name;
}

RawValue fromVariable(const Key& key, const std::string& text) {
  switch (key.kind) {
    case Kind::boolean:
      if (text == "true" || text == "1") return true;
      if (text == "false" || text == "0") return false;
      return text;
    case Kind::integer: {
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc{} || end != text.data() + text.size()) return text;
      return value;
    }
    case Kind::list: {
      std::vector<std::string> list;
      for (std::size_t begin = 0; begin <= text.size() && !text.empty();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        list.push_back(text.substr(begin, end - begin));
        begin = end + 1;
      }
      return list;
    }
    case Kind::text:
      break;
  }
  return text;
}

}  // namespace tessera::config
