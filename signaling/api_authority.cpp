// SPDX-License-Identifier: Apache-2.0
#include "signaling/api_authority.h"

#include <algorithm>
#include <array>

#include "signaling/http_reply.h"
#include "signaling/listen_address.h"
#include "signaling/origin.h"
#include "signaling/resume_token.h"

namespace tessera::signaling {
namespace {

bool isLoopbackAddress(const std::string& host) {
  GInetAddress* address = g_inet_address_new_from_string(host.c_str());
  const bool loopback = address && g_inet_address_get_is_loopback(address);
  g_clear_object(&address);
  return loopback;
}

// "localhost:8080", "127.0.0.1", "[::1]:8080". Another name may be one that leads here only by somebody's
// DNS.
bool isLoopbackHost(std::string_view host) {
  const auto colon = host.rfind(':');
  const auto bracket = host.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket))
    host = host.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return host == "localhost" || isLoopbackAddress(std::string(host));
}

}  // namespace

bool isForThisMachine(const config::Listen& listen) {
  const auto isOfMachine = [](const std::string& text) {
    const auto address = parseListenAddress(text);
    return address && isLoopback(*address);
  };
  return !listen.trustForwardedFor && listen.allowedOrigins.empty() &&
         std::all_of(listen.addresses.begin(), listen.addresses.end(), isOfMachine);
}

bool isFromThisMachine(SoupServerMessage* message) {
  constexpr std::array kRelayed{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
                                "X-Real-IP",       "Forwarded",        "Via"};
  const char* remote = soup_server_message_get_remote_host(message);
  if (!remote || !isLoopbackAddress(remote)) return false;
  SoupMessageHeaders* headers = soup_server_message_get_request_headers(message);
  if (std::any_of(kRelayed.begin(), kRelayed.end(),
                  [&](const char* name) { return soup_message_headers_get_list(headers, name) != nullptr; }))
    return false;
  const std::string_view host = requestHeader(message, "Host");
  return isLoopbackHost(host) && originAllowed(requestHeader(message, "Origin"), host, {});
}

Status ApiAuthority::byToken(SoupServerMessage* message) const {
  constexpr std::string_view kScheme = "Bearer ";
  if (token_.empty())
    return fail(ErrorCode::forbidden, "this part of the API is off: no token is configured (api.token)");
  const std::string_view header = requestHeader(message, "Authorization");
  if (header.substr(0, kScheme.size()) != kScheme)
    return fail(ErrorCode::unauthorized, "an Authorization header with a bearer token is needed");
  if (!equalSecrets(header.substr(kScheme.size()), token_))
    return fail(ErrorCode::unauthorized, "the token is wrong");
  return {};
}

Status ApiAuthority::byTokenOrMachine(SoupServerMessage* message) const {
  if (!token_.empty()) return byToken(message);
  if (!trustsMachine_)
    return fail(ErrorCode::forbidden,
                "a server on the network or behind a proxy needs a token for this (api.token)");
  if (isFromThisMachine(message)) return {};
  return fail(ErrorCode::forbidden,
              "without a token (api.token) this is for programs on the server's own machine alone");
}

}  // namespace tessera::signaling
