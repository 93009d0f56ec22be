// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libsoup/soup.h>

#include <string>

#include "base/result.h"
#include "config/settings.h"

namespace tessera::signaling {

// Who may use the HTTP API.
class ApiAuthority {
 public:
  // `trustsMachine`: isForThisMachine of the configuration.
  ApiAuthority(std::string token, bool trustsMachine)
      : token_(std::move(token)), trustsMachine_(trustsMachine) {}

  // Whoever has the token; nobody when none is configured.
  [[nodiscard]] Status byToken(SoupServerMessage* message) const;
  // The same, but that without a token the programs and pages of this machine may.
  [[nodiscard]] Status byTokenOrMachine(SoupServerMessage* message) const;

 private:
  std::string token_;
  bool trustsMachine_;
};

// Whether the server is meant for programs and pages of this machine alone. With addresses of the network, or
// with what a reverse proxy needs, it is not: a plain proxy does not say that it is one, and whoever comes
// through it looks like a program of this machine.
bool isForThisMachine(const config::Listen& listen);

// By a connection from this machine that nobody relays, to an address of it, and not from a page of another
// origin: a web site that somebody visits on it may make their browser connect here, too.
bool isFromThisMachine(SoupServerMessage* message);

}  // namespace tessera::signaling
