// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string_view>

namespace tessera::signaling {

// What of a file a request's Range header asks for (RFC 9110, section 14).
struct ByteRange {
  enum class Kind {
    whole,  // no header, one that is not understood, or several ranges: a server may ignore them
    part,
    outside,  // 416
  };
  Kind kind = Kind::whole;
  std::int64_t begin = 0, end = 0;  // end: the byte behind
};
ByteRange byteRangeOf(std::string_view header, std::int64_t size);

}  // namespace tessera::signaling
