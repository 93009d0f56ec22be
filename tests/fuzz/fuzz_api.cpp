// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "check.h"
#include "wire/api_messages.h"
#include "wire/live_messages.h"
#include "wire/recording_messages.h"

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
  if (const auto request = wire::decodeStartRecording(text))
    fuzz::require(!request->video || !request->format || hasVideo(*request->format));
  else
    fuzz::require(!wire::encodeApiError(request.error()).empty());
  if (const auto output = wire::decodeAddOutput(text))
    fuzz::require((output->kind == OutputKind::rtmp) != output->url.empty());
  else
    fuzz::require(!wire::encodeApiError(output.error()).empty());
  if (const auto source = wire::decodeAddSource(text))
    fuzz::require(!source->name.empty() && !source->url.empty());
  else
    fuzz::require(!wire::encodeApiError(source.error()).empty());
  return 0;
}
