// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "base/log.h"

namespace tessera::log {

// One line, with its newline: how log::write renders an event. `timestamp` is RFC 3339 (unused for journald).
// What values hold is made harmless: line breaks, terminal control, bidi overrides and bytes that are not
// UTF-8 come out escaped or replaced, so that a participant's name cannot forge a line.
std::string render(Format format, std::string_view timestamp, Level level, std::string_view event,
                   const Field* fields, std::size_t count);

}  // namespace tessera::log
