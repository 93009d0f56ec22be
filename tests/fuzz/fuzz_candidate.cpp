// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "check.h"
#include "pipelines/legs/ice_candidate.h"

// What is accepted reads the same once more, and announcing never loses it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  fuzz::require(!announceCandidate(text, {"203.0.113.7"}).empty());
  const auto parts = parseCandidate(text, {true, true, true});
  if (!parts) {
    fuzz::require(!parts.error().text.empty());
    return 0;
  }
  const auto again = parseCandidate(parts->text(), {true, true, true});
  fuzz::require(again.has_value() && again->text() == parts->text());
  return 0;
}
