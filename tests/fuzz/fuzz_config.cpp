// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "check.h"
#include "config/loader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (text.find("_file") != std::string_view::npos) return 0;  // would read whatever file it names
  if (const auto settings = config::parse(text, "fuzz", {}))
    fuzz::require(!config::describe(*settings).empty());
  else
    fuzz::require(!settings.error().text.empty());
  return 0;
}
