// SPDX-License-Identifier: Apache-2.0
#include "signaling/static_files.h"

#include <gio/gio.h>

#include <array>
#include <string_view>
#include <utility>

#include "signaling/http_reply.h"

namespace tessera::signaling {
namespace {

const char* contentType(std::string_view name) {
  using Row = std::pair<std::string_view, const char*>;
  constexpr std::array kTypes{
      Row{".html", "text/html; charset=utf-8"},
      Row{".js", "text/javascript; charset=utf-8"},
      Row{".mjs", "text/javascript; charset=utf-8"},
      Row{".css", "text/css; charset=utf-8"},
      Row{".svg", "image/svg+xml"},
      Row{".png", "image/png"},
      Row{".ico", "image/x-icon"},
      Row{".json", "application/json"},
      Row{".webmanifest", "application/manifest+json"},
      Row{".woff2", "font/woff2"},
  };
  for (const auto& [ending, type] : kTypes)
    if (name.size() > ending.size() && name.substr(name.size() - ending.size()) == ending) return type;
  return "application/octet-stream";
}

}  // namespace

void serveResource(SoupServerMessage* message, const std::string& resource) {
  GBytes* bytes = g_resources_lookup_data(resource.c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr);
  if (!bytes) return replyError(message, {ErrorCode::notFound, "there is nothing here"});
  char* digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
  const std::string etag = '"' + std::string(digest).substr(0, 32) + '"';
  g_free(digest);
  if (requestHeader(message, "If-None-Match").find(etag) != std::string_view::npos) {
    reply(message, SOUP_STATUS_NOT_MODIFIED, nullptr, {});
  } else {
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    reply(message, SOUP_STATUS_OK, contentType(resource), {data, size});
  }
  setHeader(message, "ETag", etag);
  g_bytes_unref(bytes);
}

}  // namespace tessera::signaling
