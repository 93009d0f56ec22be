// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <string>

#include "base/result.h"

namespace tessera::signaling {

// Who may use the HTTP API.
class ApiAuthority {
 public:
  explicit ApiAuthority(std::string token) : token_(std::move(token)) {}

  // Whoever has the token; nobody when none is configured.
  [[nodiscard]] Status byToken(SoupServerMessage* message) const;
  // The same, but that without a token the programs and pages of this machine may.
  [[nodiscard]] Status byTokenOrMachine(SoupServerMessage* message) const;

 private:
  std::string token_;
};

// By a connection from this machine that nobody relays, to an address of it, and not from a page of another
// origin: a web site that somebody visits on it may make their browser connect here, too.
bool isFromThisMachine(SoupServerMessage* message);

}  // namespace tessera::signaling
