// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

// What people write is plain text of bounded length, safe to show in a page, a log line and the picture.

namespace tessera::wire {

// A name is one line: line breaks and runs of blanks become one space.
[[nodiscard]] Result<std::string> cleanName(std::string_view text);

// A chat text keeps its line breaks (as \n) and its blanks.
[[nodiscard]] Result<std::string> cleanChat(std::string_view text);

// Both drop control and invisible formatting characters (bidi overrides U+202A-E and U+2066-9, zero-width
// ones, tags, fillers) but for single joiners inside a word, which emoji and Persian need; cap the marks
// stacked on one letter; trim; and refuse what is empty then, or longer than its limit in characters.
// `text` must be UTF-8.

}  // namespace tessera::wire
