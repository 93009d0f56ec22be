// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/result.h"

namespace tessera::signaling {

// What a client shows to get its place back: "1.<room>.<participant>.<expiry, Unix seconds>.<HMAC-SHA256>".
// Whoever has it is that participant, so it is only ever sent to the client itself.
struct ResumeClaim {
  RoomId room;
  ParticipantId participant;
};

class ResumeTokens {
 public:
  using Clock = std::chrono::system_clock;
  static constexpr std::chrono::hours kLifetime{24};

  explicit ResumeTokens(std::string key) : key_(std::move(key)) {}
  // The key that is kept in `directory` (mode 0600), made at the first use, so that tokens survive a restart.
  [[nodiscard]] static Result<ResumeTokens> withKeyIn(const std::string& directory);

  std::string issue(const ResumeClaim& claim, Clock::time_point now) const;
  [[nodiscard]] Result<ResumeClaim> verify(std::string_view token, Clock::time_point now) const;
  // A key for something else, which tells nothing of this one.
  std::string derivedKey(std::string_view purpose) const;

 private:
  std::string sign(std::string_view text) const;
  std::string key_;
};

std::string hmacSha256(std::string_view key, std::string_view text);  // hexadecimal
// Compares secrets without telling by the time it takes how much of them is right.
bool equalSecrets(std::string_view a, std::string_view b);

}  // namespace tessera::signaling
