// SPDX-License-Identifier: Apache-2.0
#include "signaling/http_reply.h"

#include "wire/api_messages.h"

namespace tessera::signaling {
namespace {

// The page uses its own scripts, styles and pictures, and talks to this server only. ws: and wss: are
// named because 'self' does not cover them in every engine.
constexpr const char* kContentSecurityPolicy =
    "default-src 'self'; connect-src 'self' ws: wss:; media-src 'self' blob: mediastream:; "
    "img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

}  // namespace

void setHeader(SoupServerMessage* message, const char* name, const std::string& value) {
  soup_message_headers_replace(soup_server_message_get_response_headers(message), name, value.c_str());
}

std::string_view requestHeader(SoupServerMessage* message, const char* name) {
  const char* value = soup_message_headers_get_one(soup_server_message_get_request_headers(message), name);
  return value ? value : std::string_view{};
}

void reply(SoupServerMessage* message, int status, const char* contentType, std::string_view body) {
  soup_server_message_set_status(message, static_cast<guint>(status), nullptr);
  soup_server_message_set_response(message, contentType, SOUP_MEMORY_COPY, body.data(), body.size());
  setHeader(message, "Cache-Control", "no-cache");
  setHeader(message, "Content-Security-Policy", kContentSecurityPolicy);
  setHeader(message, "X-Content-Type-Options", "nosniff");
  setHeader(message, "Referrer-Policy", "no-referrer");
  setHeader(message, "Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self)");
}

void replyJson(SoupServerMessage* message, int status, std::string_view json) {
  reply(message, status, "application/json", json);
}

void replyError(SoupServerMessage* message, const Error& error, int status) {
  if (error.code == ErrorCode::unauthorized)
    setHeader(message, "WWW-Authenticate", "Bearer realm=\"tessera\"");
  replyJson(message, status ? status : httpStatus(error.code), wire::encodeApiError(error));
}

void replyMethodNotAllowed(SoupServerMessage* message, const char* allowed) {
  setHeader(message, "Allow", allowed);
  replyError(message, {ErrorCode::unsupported, std::string("allowed here: ") + allowed},
             SOUP_STATUS_METHOD_NOT_ALLOWED);
}

}  // namespace tessera::signaling
