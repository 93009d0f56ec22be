// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "check.h"
#include "wire/room_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto encode = [](const auto& message) { return wire::encode(message, 1); };
  fuzz::roundTrip(text, wire::decodeToRoom, encode);
  fuzz::roundTrip(text, wire::decodeFromRoom, encode);
  return 0;
}
