// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/ice_candidate.h"

#include <arpa/inet.h>
#include <glib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "wire/limits.h"

namespace tessera {
namespace {

constexpr std::string_view kPrefix = "candidate:";
constexpr std::array<std::string_view, 4> kTypes{"host", "srflx", "prflx", "relay"};

// The next word of `text`, which loses it and the one blank after it; nothing at the end or at two blanks.
std::optional<std::string_view> nextWord(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  if (end == 0) return std::nullopt;
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

template <class Number>
bool parseNumber(std::string_view word, Number low, Number high, Number& out) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), out);
  return error == std::errc{} && end == word.data() + word.size() && out >= low && out <= high;
}

bool isIceChars(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return g_ascii_isalnum(c) || c == '+' || c == '/'; });
}

enum class Family { none, ipv4, ipv6 };

struct Address {
  Family family = Family::none;
  bool loopback = false;
  bool linkLocal = false;
  bool usable = false;  // not unspecified, multicast or reserved
};

Address classifyIpv4(const in_addr& raw) {
  const std::uint32_t ip = ntohl(raw.s_addr);
  Address result{Family::ipv4};
  result.loopback = ip >> 24 == 127;
  result.linkLocal = ip >> 16 == 0xa9fe;
  result.usable = ip >> 24 != 0 && ip >> 28 < 14;  // 224/4 multicast, 240/4 reserved
  return result;
}

Address classify(const std::string& text) {
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return classifyIpv4(four);
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) != 1) return {};
  if (IN6_IS_ADDR_V4MAPPED(&six) || IN6_IS_ADDR_V4COMPAT(&six)) {
    // ::1 and :: are "v4 compatible" by the macro's mask, but are not
    if (!IN6_IS_ADDR_LOOPBACK(&six) && !IN6_IS_ADDR_UNSPECIFIED(&six)) return {};
  }
  Address result{Family::ipv6};
  result.loopback = IN6_IS_ADDR_LOOPBACK(&six);
  result.linkLocal = IN6_IS_ADDR_LINKLOCAL(&six);
  result.usable = !IN6_IS_ADDR_UNSPECIFIED(&six) && !IN6_IS_ADDR_MULTICAST(&six);
  return result;
}

tl::unexpected<Error> refuse(std::string_view why) {
  return fail(ErrorCode::badCandidate, "candidate refused: {}", why);
}

// Well-formed, but of no use here: browsers send such candidates all the time.
tl::unexpected<Error> useless(std::string_view why) {
  return fail(ErrorCode::unsupported, "candidate not used: {}", why);
}

Status checkAddress(CandidateParts& parts, const CandidatePolicy& policy) {
  const Address address = classify(parts.address);
  if (address.family == Family::none)
    return parts.address.ends_with(".local") ? useless("its address is hidden by mDNS")
                                             : refuse("its address is not an IP literal");
  if (address.linkLocal) return useless("its address is link-local");
  if (!address.usable) return refuse("its address is unspecified, multicast or reserved");
  if (address.loopback && !policy.loopback) return useless("its address is loopback");
  parts.ipv6 = address.family == Family::ipv6;
  if (parts.ipv6 ? !policy.ipv6 : !policy.ipv4) return useless("no address of its family is gathered here");
  return {};
}

// Everything but the judgement of the address.
Result<CandidateParts> parseParts(std::string_view line) {
  if (line.size() > wire::kMaxCandidateBytes) return refuse("too long");
  for (const char c : line)
    if (c < 0x20 || c > 0x7e) return refuse("it has characters outside of ASCII");
  if (line.starts_with("a=")) line.remove_prefix(2);
  if (!line.starts_with(kPrefix)) return refuse("it does not begin with \"candidate:\"");
  line.remove_prefix(kPrefix.size());

  std::array<std::string_view, 8> words;  // foundation component transport priority address port "typ" type
  for (std::string_view& word : words) {
    const auto next = nextWord(line);
    if (!next) return refuse("fields are missing");
    word = *next;
  }
  CandidateParts parts;
  if (words[0].size() > 32 || !isIceChars(words[0])) return refuse("bad foundation");
  parts.foundation = words[0];
  if (!parseNumber(words[1], 1, 256, parts.component)) return refuse("bad component");
  if (words[2].size() != 3) return refuse("unknown transport");
  if (g_ascii_strncasecmp(words[2].data(), "tcp", 3) == 0) return useless("its transport is TCP");
  if (g_ascii_strncasecmp(words[2].data(), "udp", 3) != 0) return refuse("unknown transport");
  if (!parseNumber<std::uint32_t>(words[3], 0, 0x7fffffff, parts.priority)) return refuse("bad priority");
  if (words[4].size() > 64) return refuse("its address is not an IP literal");
  parts.address = words[4];
  if (!parseNumber(words[5], 1, 65535, parts.port)) return refuse("bad port");
  if (words[6] != "typ") return refuse("no type");
  if (std::find(kTypes.begin(), kTypes.end(), words[7]) == kTypes.end()) return refuse("unknown type");
  parts.type = words[7];
  if (!line.empty()) parts.rest = " " + std::string(line);
  return parts;
}

}  // namespace

std::string CandidateParts::text() const {
  return fmt::format("candidate:{} {} UDP {} {} {} typ {}{}", foundation, component, priority, address, port,
                     type, rest);
}

CandidatePolicy CandidatePolicy::of(const std::vector<std::string>& gatherAddresses) {
  if (gatherAddresses.empty()) return {};
  CandidatePolicy policy{false, false, false};
  for (const std::string& text : gatherAddresses) {
    const Address address = classify(text);
    policy.loopback |= address.loopback;
    policy.ipv4 |= address.family == Family::ipv4;
    policy.ipv6 |= address.family == Family::ipv6;
  }
  return policy;
}

Result<CandidateParts> parseCandidate(std::string_view line, const CandidatePolicy& policy) {
  auto parts = parseParts(line);
  if (!parts) return parts;
  if (parts->component != 1) return useless("with rtcp-mux there is one component only");
  if (const auto status = checkAddress(*parts, policy); !status) return tl::unexpected(status.error());
  return parts;
}

std::vector<std::string> announceCandidate(std::string_view line, const std::vector<std::string>& announced) {
  const auto parts = parseParts(line);
  if (!parts || parts->type != "host") return {std::string(line)};
  const Family family = classify(parts->address).family;
  std::vector<std::string> result;
  for (const std::string& address : announced) {
    if (classify(address).family != family) continue;
    CandidateParts copy = *parts;
    copy.address = address;
    // candidates of one foundation share base and type (RFC 8445 section 5.1.1.3)
    copy.foundation = parts->foundation + (result.empty() ? "" : std::to_string(result.size()));
    result.push_back(copy.text());
  }
  if (result.empty()) result.emplace_back(line);
  return result;
}

}  // namespace tessera
