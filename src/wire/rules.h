// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include "wire/limits.h"

// What a field may hold. Each message declares its fields once, with these, for both directions.

namespace tessera::wire {

struct IntRange {
  std::int64_t min;
  std::int64_t max;
};
inline constexpr IntRange kAnyUint32{0, std::numeric_limits<std::uint32_t>::max()};
inline constexpr IntRange kAnyCount{0, std::numeric_limits<std::int32_t>::max()};
inline constexpr IntRange kAnyTotal{0, std::numeric_limits<std::int64_t>::max()};

struct RealRange {
  double min;
  double max;
};

enum class Charset {
  any,     // UTF-8 without NUL
  line,    // printable ASCII and spaces: no line break can be smuggled into SDP, a header or a log line
  symbol,  // a-z A-Z 0-9 - _
};

struct TextRule {
  std::size_t min;  // bytes
  std::size_t max;
  Charset charset = Charset::any;
};
inline constexpr TextRule kIdText{1, 32, Charset::symbol};
inline constexpr TextRule kPcText{1, 16, Charset::symbol};
inline constexpr TextRule kSdpText{1, kMaxSdpBytes};
inline constexpr TextRule kCandidateText{0, kMaxCandidateBytes, Charset::line};
inline constexpr TextRule kResumeText{0, kMaxResumeBytes, Charset::line};
inline constexpr TextRule kUrlText{1, 1024, Charset::line};
inline constexpr TextRule kSecretText{0, 1024};
inline constexpr TextRule kPersonText{0, 4 * kMaxNameChars};  // cleaned already

// People's words, cleaned when they come in (wire/plain_text.h).
struct NameRule {};
struct ChatRule {};

// An error's text: whoever writes it cuts it at this length, since the error must arrive anyway.
struct SentenceRule {
  static constexpr std::size_t kMaxBytes = 4096;
};

// The wire names of an enumeration: specialise `names`.
template <class E>
struct EnumNames;

template <class E>
std::string_view enumName(E value) {
  for (const auto& [each, name] : EnumNames<E>::names)
    if (each == value) return name;
  return EnumNames<E>::names[0].second;
}

template <class T, class M>
concept Of = std::is_same_v<std::remove_const_t<T>, M>;

}  // namespace tessera::wire
