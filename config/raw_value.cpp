// SPDX-License-Identifier: Apache-2.0
#include "config/raw_value.h"

#include <fmt/format.h>

namespace tessera::config {

std::string describe(const RawValue& value) {
  struct Visitor {
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(double) const { return "a number with a fraction"; }
    std::string operator()(const std::string& text) const { return fmt::format("\"{}\"", text); }
    std::string operator()(const std::vector<std::string>& values) const {
      return values.empty() ? "an empty array"
                            : fmt::format("[{}]", fmt::format("\"{}\"", fmt::join(values, "\", \"")));
    }
    std::string operator()(const WrongKind& kind) const { return kind.article; }
  };
  return std::visit(Visitor{}, value);
}

}  // namespace tessera::config
