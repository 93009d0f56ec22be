// SPDX-License-Identifier: Apache-2.0
// Where a room may be sent and what may be taken into it: "<pattern>\n<url>", or a URL alone.
#include <cstddef>
#include <cstdint>
#include <string>

#include "check.h"
#include "room/url_rules.h"

namespace {

using namespace tessera;

// What has been accepted has one spelling, names one host, and shows no secret.
void checkUrl(const Url& url) {
  const auto again = parseUrl(url.text());
  fuzz::require(again.has_value() && again->text() == url.text());
  fuzz::require(again->host == url.host && again->effectivePort() == url.effectivePort());
  fuzz::require(!url.host.empty() && url.host.find_first_of("@/\\?#% ") == std::string::npos);
  for (const char* hidden : {"/../", "/./", "\\", "%2e", "%2E", "%2f", "%2F", "%5c", "%5C"})
    fuzz::require((url.path + "/").find(hidden) == std::string::npos);
  if (isFileUrl(url.text())) return;  // has no secret
  const std::string shown = redactedUrl(url.text());
  fuzz::require(shown.find('@') == std::string::npos || url.path.find('@') != std::string::npos);
  fuzz::require(shown.find('?') == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line = text.find('\n');
  const std::string pattern(line == std::string_view::npos ? "" : text.substr(0, line));
  const std::string url(line == std::string_view::npos ? text : text.substr(line + 1));
  const auto parsed = parseUrl(url);
  if (!parsed) {
    fuzz::require(!parsed.error().text.empty());
    fuzz::require(redactedUrl(url) == "…" || isFileUrl(url));
  } else {
    checkUrl(*parsed);
    const bool allowed = urlAllowed(*parsed, {pattern});
    fuzz::require(!allowed || (isUrlPattern(pattern) && pattern.starts_with(parsed->scheme + "://")));
    const std::string any = parsed->scheme + "://*:*/*";
    fuzz::require(urlAllowed(*parsed, {any}) == isUrlPattern(any));
  }
  // Never out of the directory, whatever is asked for; /proc/self/fdinfo is one that has files.
  const std::string directory = "/proc/self/fdinfo";
  if (const auto file = sourceFile(url, directory))
    fuzz::require(file->starts_with("/proc/") && file->find("/fdinfo/") != std::string::npos);
  const std::string told = withoutSecrets("failed: " + url, url);
  if (parsed && parsed->userInfo.size() >= 4)
    fuzz::require(told.find(parsed->userInfo + "@") == std::string::npos);
  return 0;
}
