// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstddef>

// Limits of everything that comes from outside. PROTOCOL.md lists them; a test compares.
namespace tessera::wire {

inline constexpr std::size_t kMaxMessageBytes = 64 << 10;
inline constexpr int kMaxJsonDepth = 16;
inline constexpr std::size_t kMaxSdpBytes = 48 << 10;
inline constexpr std::size_t kMaxCandidateBytes = 512;
inline constexpr int kMaxCandidates = 50;         // per connection (pc, gen)
inline constexpr std::size_t kMaxNameChars = 64;  // Unicode characters, after cleaning (wire/plain_text.h)
inline constexpr std::size_t kMaxChatChars = 2000;
inline constexpr std::size_t kMaxResumeBytes = 512;
inline constexpr std::size_t kMaxCodecs = 16;  // names in `join`
inline constexpr std::size_t kMaxCustomLayouts = 16;
inline constexpr std::size_t kMaxHttpBodyBytes = 16 << 10;
inline constexpr std::chrono::seconds kJoinDeadline{5};
inline constexpr int kMessagesPerSecond = 50;            // sustained; bursts of twice that
inline constexpr std::size_t kMaxUnsentBytes = 1 << 20;  // a client that does not read is dropped

}  // namespace tessera::wire
