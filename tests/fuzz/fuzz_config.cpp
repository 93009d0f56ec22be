// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <sstream>

#include "check.h"
#include "config/loader.h"

namespace {

// Without the lines that name files: they would be read, whatever they are.
std::string withoutFiles(const std::string& text) {
  constexpr std::array kWords{"_file", "background_image", "logo"};
  std::istringstream lines(text);
  std::string kept;
  for (std::string line; std::getline(lines, line);)
    if (std::none_of(kWords.begin(), kWords.end(),
                     [&](const char* word) { return line.find(word) != std::string::npos; }))
      kept += line + "\n";
  return kept;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  // toml++ 3.3 holds a few letters (U+FEA0 to U+FEFE outside strings) for impossible; it is not what is
  // tested. An escape can join a key again that was cut by the lines.
  if (std::any_of(data, data + size, [](std::uint8_t byte) { return byte >= 0x80 || byte == '\\'; }))
    return 0;
  const auto settings = config::parse(withoutFiles({reinterpret_cast<const char*>(data), size}), "fuzz", {});
  if (!settings) {
    fuzz::require(!settings.error().text.empty());
    return 0;
  }
  const std::string shown = config::describe(*settings);
  const auto again = config::parse(shown, "again", {});
  fuzz::require(!again || config::describe(*again) == shown);
  return 0;
}
