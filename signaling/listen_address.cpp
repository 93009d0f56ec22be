// SPDX-License-Identifier: Apache-2.0
#include "signaling/listen_address.h"

#include <charconv>

namespace tessera::signaling {

Result<ListenAddress> parseListenAddress(const std::string& text) {
  const auto malformed = [&] {
    return fail(ErrorCode::config,
                "listen address \"{}\": expected host:port or [v6]:port with an IP address", text);
  };
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return malformed();
  ListenAddress address;
  address.host = text.substr(0, colon);
  const char* end = text.data() + text.size();
  const auto [rest, failed] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (failed != std::errc{} || rest != end) return malformed();
  if (address.host.front() == '[') {
    if (address.host.back() != ']') return malformed();
    address.host = address.host.substr(1, address.host.size() - 2);
    address.v6 = true;
  }
  if (address.host == "localhost") address.host = "127.0.0.1";
  GInetAddress* parsed = g_inet_address_new_from_string(address.host.c_str());
  if (!parsed) return malformed();
  const bool v6 = g_inet_address_get_family(parsed) == G_SOCKET_FAMILY_IPV6;
  g_object_unref(parsed);
  if (v6 != address.v6) return malformed();
  return address;
}

bool isLoopback(const ListenAddress& address) {
  GInetAddress* parsed = g_inet_address_new_from_string(address.host.c_str());
  const bool loopback = parsed && g_inet_address_get_is_loopback(parsed);
  g_clear_object(&parsed);
  return loopback;
}

ObjectRef<GSocketAddress> toSocketAddress(const ListenAddress& address) {
  return ObjectRef<GSocketAddress>::adopt(
      g_inet_socket_address_new_from_string(address.host.c_str(), address.port));
}

std::string toUrl(const ListenAddress& address, bool tls) {
  return fmt::format("{}://{}:{}", tls ? "https" : "http",
                     address.v6 ? fmt::format("[{}]", address.host) : address.host, address.port);
}

}  // namespace tessera::signaling
