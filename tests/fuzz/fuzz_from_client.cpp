// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "check.h"
#include "wire/client_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto encode = [](const auto& message) { return wire::encode(message); };
  fuzz::roundTrip(text, wire::decodeFromClient, encode);
  fuzz::roundTrip(text, wire::decodeToClient, encode);
  wire::claimedType(text);
  return 0;
}
