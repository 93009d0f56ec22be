// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gio/gio.h>

#include <string>

#include "base/result.h"
#include "signaling/object_ref.h"

namespace tessera::signaling {

// "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:443", "localhost:8080" (both loopbacks count as 127.0.0.1).
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;  // 0: the system chooses
  bool v6 = false;
};

[[nodiscard]] Result<ListenAddress> parseListenAddress(const std::string& text);
bool isLoopback(const ListenAddress& address);
ObjectRef<GSocketAddress> toSocketAddress(const ListenAddress& address);
std::string toUrl(const ListenAddress& address, bool tls);

}  // namespace tessera::signaling
