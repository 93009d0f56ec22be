// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "check.h"
#include "wire/api_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto request = wire::decodeCreateRoom(text))
    fuzz::require(parseRoomId(request->room.value).has_value());
  else
    fuzz::require(!wire::encodeApiError(request.error()).empty());
  if (const auto patch = wire::decodePatchRoom(text))
    fuzz::require(patch->layout || patch->pinned);
  else
    fuzz::require(!wire::encodeApiError(patch.error()).empty());
  if (const auto patch = wire::decodePatchParticipant(text))
    fuzz::require(patch->muted || patch->maxHeight);
  else
    fuzz::require(!wire::encodeApiError(patch.error()).empty());
  return 0;
}
