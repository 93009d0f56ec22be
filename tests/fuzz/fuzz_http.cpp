// SPDX-License-Identifier: Apache-2.0
// What names files and pieces of them in requests: "<range>\n<name>\n<expiry>\n<signature>".
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "check.h"
#include "signaling/byte_range.h"
#include "signaling/live_routes.h"
#include "signaling/signed_link.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tessera;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::array<std::string_view, 4> parts;
  for (std::string_view& part : parts) {
    part = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  for (const std::int64_t bytes : {std::int64_t{0}, std::int64_t{1}, std::int64_t{1000}, INT64_MAX}) {
    const signaling::ByteRange range = signaling::byteRangeOf(parts[0], bytes);
    using Kind = signaling::ByteRange::Kind;
    if (range.kind == Kind::whole) fuzz::require(range.begin == 0 && range.end == bytes);
    if (range.kind == Kind::part)
      fuzz::require(range.begin >= 0 && range.begin < range.end && range.end <= bytes);
  }
  if (signaling::isHlsName(parts[1]))
    fuzz::require(parts[1].find_first_of("/\\%") == std::string_view::npos &&
                  parts[1].find("..") == std::string_view::npos &&
                  parts[1].find('\0') == std::string_view::npos && parts[1].front() != '.');
  const signaling::LinkSigner signer("key");
  fuzz::require(
      !signer.verify(parts[1], parts[2], parts[3], signaling::LinkSigner::Clock::time_point::max()));
  return 0;
}
