// SPDX-License-Identifier: Apache-2.0
#include "base/ids.h"

#include <sys/random.h>

#include <array>
#include <cstdlib>

namespace tessera {

Result<RoomId> parseRoomId(std::string_view text) {
  constexpr std::size_t kMaxChars = 64;
  if (text.empty() || text.size() > kMaxChars)
    return fail(ErrorCode::badRequest, "a room name has 1 to {} characters, this one {}", kMaxChars,
                text.size());
  std::string id;
  for (char c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!allowed) return fail(ErrorCode::badRequest, "a room name has only letters a-z, digits, - and _");
    id.push_back(c);
  }
  return RoomId{std::move(id)};
}

std::string randomToken(std::size_t count) {
  constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
  constexpr unsigned kUnbiasedBelow = 256 - 256 % kAlphabet.size();
  std::string token;
  while (token.size() < count) {
    std::array<unsigned char, 64> bytes{};
    if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
    for (const unsigned char byte : bytes)
      if (byte < kUnbiasedBelow && token.size() < count) token.push_back(kAlphabet[byte % kAlphabet.size()]);
  }
  return token;
}

ParticipantId makeParticipantId() {
  return {randomToken(12)};
}

}  // namespace tessera
