// SPDX-License-Identifier: Apache-2.0
#include "signaling/byte_range.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace tessera::signaling {
namespace {

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || text.front() == '-' || error != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

}  // namespace

ByteRange byteRangeOf(std::string_view header, std::int64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  const ByteRange whole{ByteRange::Kind::whole, 0, size};
  if (!header.starts_with(kUnit)) return whole;
  header.remove_prefix(kUnit.size());
  const auto dash = header.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view from = header.substr(0, dash), to = header.substr(dash + 1);
  const auto first = number(from), last = number(to);
  if (from.empty()) {  // the last so many bytes
    if (!last) return whole;
    if (*last == 0 || size == 0) return {ByteRange::Kind::outside, 0, 0};
    return {ByteRange::Kind::part, size - std::min(*last, size), size};
  }
  if (!first || (!to.empty() && (!last || *last < *first))) return whole;
  if (*first >= size) return {ByteRange::Kind::outside, 0, 0};
  return {ByteRange::Kind::part, *first, last ? std::min(*last, size - 1) + 1 : size};
}

}  // namespace tessera::signaling
