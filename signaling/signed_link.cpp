// SPDX-License-Identifier: Apache-2.0
#include "signaling/signed_link.h"

#include <charconv>
#include <cstdint>

#include "signaling/resume_token.h"

namespace tessera::signaling {
namespace {

std::int64_t unixSeconds(LinkSigner::Clock::time_point time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

}  // namespace

std::string LinkSigner::signatureOf(std::string_view path, std::string_view expires) const {
  return hmacSha256(key_, fmt::format("{}\n{}", expires, path));
}

std::string LinkSigner::sign(std::string_view path, Clock::time_point now) const {
  const auto hour = std::chrono::ceil<std::chrono::hours>(now + kLifetime);
  const std::string expires = std::to_string(unixSeconds(hour));
  return fmt::format("{}?expires={}&signature={}", path, expires, signatureOf(path, expires));
}

Status LinkSigner::verify(std::string_view path, std::string_view expires, std::string_view signature,
                          Clock::time_point now) const {
  if (!equalSecrets(signatureOf(path, expires), signature))
    return fail(ErrorCode::unauthorized, "the link is not valid here");
  std::int64_t until = 0;
  const auto [end, error] = std::from_chars(expires.data(), expires.data() + expires.size(), until);
  if (error != std::errc{} || end != expires.data() + expires.size() || until <= unixSeconds(now))
    return fail(ErrorCode::unauthorized, "the link has expired");
  return {};
}

}  // namespace tessera::signaling
