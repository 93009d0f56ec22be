// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tessera {

// A candidate of RFC 8839 section 5.1, as far as we use it: "candidate:F C udp P A PORT typ T …".
struct CandidateParts {
  std::string foundation;
  int component = 1;
  std::uint32_t priority = 0;
  std::string address;  // IP literal
  bool ipv6 = false;
  int port = 0;
  std::string type;  // host, srflx, prflx, relay
  std::string rest;  // raddr, rport and extensions, as they came, with a leading blank unless empty

  std::string text() const;  // without "a="
};

// Which addresses of the other side can be of use, by where we gather ourselves.
struct CandidatePolicy {
  bool loopback = false;
  bool ipv4 = true;
  bool ipv6 = true;

  // From the addresses that we gather on; none means every interface but loopback.
  static CandidatePolicy of(const std::vector<std::string>& gatherAddresses);
};

// Parses and judges a candidate of the other side. What is malformed, or names an address that is no IP
// literal, unspecified or multicast, is badCandidate; what is well-formed but of no use here (TCP, .local,
// link-local, loopback when we do not gather there, another family, component 2) is unsupported.
[[nodiscard]] Result<CandidateParts> parseCandidate(std::string_view line, const CandidatePolicy& policy);

// Our own candidate as the other side shall see it: a host candidate once per announced address of its
// family instead of the address it has, all others unchanged. One without an announced address of its family
// stays.
std::vector<std::string> announceCandidate(std::string_view line, const std::vector<std::string>& announced);

}  // namespace tessera
