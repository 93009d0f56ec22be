// SPDX-License-Identifier: Apache-2.0
#include "signaling/http_reply.h"

#include <algorithm>

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
  setCommonHeaders(message);
}

void setCommonHeaders(SoupServerMessage* message) {
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

void replyStatus(SoupServerMessage* message, const Status& status) {
  if (!status) return replyError(message, status.error());
  reply(message, SOUP_STATUS_NO_CONTENT, nullptr, {});
}

void replyNothingHere(SoupServerMessage* message) {
  replyError(message, {ErrorCode::notFound, "there is nothing here"});
}

std::string_view methodOf(SoupServerMessage* message) {
  return soup_server_message_get_method(message);
}

bool isReading(SoupServerMessage* message) {
  return methodOf(message) == "GET" || methodOf(message) == "HEAD";
}

std::string_view bodyOf(SoupServerMessage* message) {
  const SoupMessageBody* body = soup_server_message_get_request_body(message);
  return body->data ? std::string_view(body->data, static_cast<std::size_t>(body->length))
                    : std::string_view{};
}

bool isServerId(std::string_view text) {
  constexpr std::size_t kMaxChars = 32;
  return !text.empty() && text.size() <= kMaxChars && std::all_of(text.begin(), text.end(), [](char c) {
    return g_ascii_islower(c) || g_ascii_isdigit(c);
  });
}

QueryOf::QueryOf(SoupServerMessage* message) {
  const char* query = g_uri_get_query(soup_server_message_get_uri(message));
  if (!query) return;
  GUriParamsIter iter;
  g_uri_params_iter_init(&iter, query, -1, "&", G_URI_PARAMS_NONE);
  char *name = nullptr, *value = nullptr;
  while (g_uri_params_iter_next(&iter, &name, &value, nullptr)) {
    if (!members_.emplace(name, value).second) members_[name].clear();
    g_free(name);
    g_free(value);
  }
}

std::string QueryOf::get(const std::string& name) const {
  const auto member = members_.find(name);
  return member == members_.end() ? std::string() : member->second;
}

void replyMethodNotAllowed(SoupServerMessage* message, const char* allowed) {
  setHeader(message, "Allow", allowed);
  replyError(message, {ErrorCode::unsupported, std::string("allowed here: ") + allowed},
             SOUP_STATUS_METHOD_NOT_ALLOWED);
}

}  // namespace tessera::signaling
