// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tessera::signaling {

// Links to a path of this server that need no token, for whoever has them and for a while:
// "/path?expires=<Unix seconds>&signature=<HMAC-SHA256 of path and expiry>".
class LinkSigner {
 public:
  using Clock = std::chrono::system_clock;
  static constexpr std::chrono::hours kLifetime{12};

  explicit LinkSigner(std::string key) : key_(std::move(key)) {}

  // Good for kLifetime at least, and the same for an hour, so that a page need not load again what it has.
  std::string sign(std::string_view path, Clock::time_point now) const;
  [[nodiscard]] Status verify(std::string_view path, std::string_view expires, std::string_view signature,
                              Clock::time_point now) const;

 private:
  std::string signatureOf(std::string_view path, std::string_view expires) const;
  std::string key_;
};

}  // namespace tessera::signaling
