// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace tessera::wire {

// Checks the words of a JSON text (RFC 8259 §2 to §7) and its nesting, in one pass without recursion, so that
// json-glib only ever sees what it parses the same way. By itself json-glib 1.6 recurses without a limit,
// lets comments hide brackets from a depth count, reads 0x10, wraps integers beyond 64 bits and cuts a string
// at \u0000. Also refused: bytes that are not UTF-8, more than `maxBytes`, and anything but one object.
[[nodiscard]] Status scanJson(std::string_view text, std::size_t maxBytes, int maxDepth);

}  // namespace tessera::wire
