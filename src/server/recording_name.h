// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"
#include "room/recording.h"

namespace tessera::server {

// The base name of a recording's files by a pattern of letters, digits, - _ . and the placeholders {date}
// (2026-01-31), {time} (1200), both in the server's time zone, {room} and {id}. All of these are safe in a
// file name: nothing that people write comes into it but a room's id.
[[nodiscard]] Result<std::string> recordingName(std::string_view pattern, const RoomId& room,
                                                const RecordingId& id, std::int64_t startedAtMs);

// Whether it may stand in the list of a recording's files: a name in its directory, and no hidden one.
bool isPlainName(std::string_view name);

}  // namespace tessera::server
