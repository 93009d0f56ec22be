// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdlib>
#include <string>
#include <string_view>

namespace tessera::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

// What is refused says why; what is accepted survives its own codec unchanged.
template <class Decode, class Encode>
void roundTrip(std::string_view text, Decode decode, Encode encode) {
  const auto message = decode(text);
  if (!message) return require(!message.error().text.empty());
  const std::string once = encode(*message);
  const auto again = decode(once);
  require(again.has_value());
  require(encode(*again) == once);
}

}  // namespace tessera::fuzz
