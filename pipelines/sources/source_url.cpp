// SPDX-License-Identifier: Apache-2.0
#include "pipelines/sources/source_url.h"

#include <glib.h>

#include <algorithm>
#include <memory>
#include <string_view>

namespace tessera {
namespace {

constexpr std::size_t kMaxUrl = 2048;

struct Free {
  void operator()(char* text) const { g_free(text); }
  void operator()(GUri* uri) const { g_uri_unref(uri); }
};

Result<SourceUrl> parseFile(const std::string& url) {
  char* host = nullptr;
  const std::unique_ptr<char, Free> path(g_filename_from_uri(url.c_str(), &host, nullptr));
  const std::unique_ptr<char, Free> named(host);
  if (!path || named || !g_path_is_absolute(path.get()))
    return fail(ErrorCode::badRequest, "the source's URL is not one of a file on this machine");
  return SourceUrl{SourceUrl::Kind::file, path.get(), {}};
}

// Nothing that one parser might take for part of the host and another for its end.
bool isPlain(std::string_view url) {
  return std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7f && c != '\\' && c != '#'; }) &&
         std::ranges::count(url.substr(0, url.find('/', url.find("//") + 2)), '@') <= 1;
}

}  // namespace

Result<SourceUrl> parseSourceUrl(const std::string& url) {
  if (url.size() > kMaxUrl) return fail(ErrorCode::badRequest, "the source's URL is too long");
  if (url.starts_with("file:")) return parseFile(url);
  const bool rtmp = url.starts_with("rtmp://") || url.starts_with("rtmps://");
  const bool rtsp = url.starts_with("rtsp://") || url.starts_with("rtsps://");
  if (!rtmp && !rtsp)
    return fail(ErrorCode::unsupported,
                "the source's URL begins with none of file, rtmp, rtmps, rtsp, rtsps");
  const std::unique_ptr<GUri, Free> parsed(g_uri_parse(url.c_str(), G_URI_FLAGS_ENCODED, nullptr));
  const char* host = parsed ? g_uri_get_host(parsed.get()) : nullptr;
  if (!isPlain(url) || !host || !*host) return fail(ErrorCode::badRequest, "the source's URL cannot be read");
  return SourceUrl{rtmp ? SourceUrl::Kind::rtmp : SourceUrl::Kind::rtsp, url, host};
}

}  // namespace tessera
