// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tessera {

using Sha256 = std::array<std::uint8_t, 32>;

// "AB:CD:…" (32 pairs of hex digits, RFC 8122 section 5); anything else is nothing.
std::optional<Sha256> parseFingerprint(std::string_view text);

// SHA-256 over the DER of the first certificate in `pem`; nothing when there is none.
std::optional<Sha256> certificateFingerprint(std::string_view pem);

}  // namespace tessera
