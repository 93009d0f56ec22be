// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/rtmp_errors.h"

#include <gio/gio.h>

#include <cstdio>
#include <string_view>

namespace tessera {
namespace {

// rtmp2sink (1.22) reduces what happened to a GstResourceError; the GError that it had stands in the debug
// text, as "domain g-io-error-quark, code 24".
struct Cause {
  GQuark domain = 0;
  int code = 0;
  bool is(GQuark d, int c) const { return domain == d && code == c; }
};

Cause causeOf(const char* debug) {
  const char* at = debug ? g_strrstr(debug, "domain ") : nullptr;
  char domain[64] = "";
  Cause cause;
  if (at && std::sscanf(at, "domain %63[^,], code %d", domain, &cause.code) == 2)
    cause.domain = g_quark_try_string(domain);
  return cause;
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// A server that does not like the key just hangs up (nginx-rtmp), or says so.
Error refusal(std::string_view text, const Cause& cause) {
  if (has(text, "already exists") || cause.is(G_IO_ERROR, G_IO_ERROR_EXISTS))
    return {ErrorCode::conflict, "the server says that somebody else sends with this stream key"};
  if (has(text, "publish")) return {ErrorCode::forbidden, "the server refused the stream key"};
  if (has(text, "createStream")) return {ErrorCode::forbidden, "the server refused to make a stream"};
  return {ErrorCode::forbidden, "the server refused the application, the user or the password"};
}

Error tlsError(const Cause& cause) {
  if (cause.code == G_TLS_ERROR_BAD_CERTIFICATE)
    return {ErrorCode::fingerprintMismatch, "the server's certificate is not valid"};
  if (cause.code == G_TLS_ERROR_NOT_TLS) return {ErrorCode::mediaFailed, "the server does not speak TLS"};
  if (cause.code == G_TLS_ERROR_UNAVAILABLE)
    return {ErrorCode::internal, "TLS is not installed (glib-networking)"};
  return {ErrorCode::mediaFailed, "no TLS connection could be made"};
}

Error connectionError(const Cause& cause) {
  if (cause.domain == g_resolver_error_quark())
    return {ErrorCode::mediaFailed, "the server's name could not be looked up"};
  if (cause.domain == g_tls_error_quark() && cause.code != G_TLS_ERROR_EOF) return tlsError(cause);
  if (cause.is(G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) return {ErrorCode::timeout, "no answer for 5 s"};
  if (cause.is(G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE) ||
      cause.is(G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE))
    return {ErrorCode::mediaFailed, "the server cannot be reached"};
  return {ErrorCode::mediaFailed, "the connection was closed by the server"};
}

Error judge(const GError& error, const char* debug) {
  const std::string_view text = error.message;
  const Cause cause = causeOf(debug);
  if (error.domain != GST_RESOURCE_ERROR)
    return {ErrorCode::internal, "the stream could not be put together"};
  if (error.code == GST_RESOURCE_ERROR_OPEN_READ) return {ErrorCode::mediaFailed, "connection refused"};
  if (error.code == GST_RESOURCE_ERROR_NOT_AUTHORIZED) return refusal(text, cause);
  if (has(text, "' cmd ") || has(text, "publish denied")) return refusal(text, cause);
  return connectionError(cause);
}

}  // namespace

Error rtmpError(GstMessage* message) {
  GError* error = nullptr;
  gchar* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  const Error ours = judge(*error, debug);
  g_error_free(error);
  g_free(debug);
  return ours;
}

}  // namespace tessera
