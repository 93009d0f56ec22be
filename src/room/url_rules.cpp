// SPDX-License-Identifier: Apache-2.0
#include "room/url_rules.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace tessera {

using namespace url_parts;

namespace {

constexpr std::string_view kHidden = "…";
constexpr std::size_t kMinSecretBytes = 4;  // a shorter one keeps nobody out, and is part of many words

// `*` stands for any characters.
bool globs(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<std::ptrdiff_t>(p), pattern.end(),
                     [](char c) { return c == '*'; });
}

struct Pattern {
  std::string scheme, host, path;
  bool v6 = false, anyPort = false;
  int port = 0;
};

bool readPatternHost(Pattern& pattern, std::string_view text) {
  if (text.starts_with('[')) {
    Url url;
    if (!text.ends_with(']') || !setHostV6(url, text.substr(1, text.size() - 2))) return false;
    pattern.v6 = url.v6;
    pattern.host = std::move(url.host);
    return true;
  }
  pattern.host = lower(text);
  if (pattern.host == "*") return true;
  const auto labels = split(pattern.host, '.');
  return std::all_of(labels.begin(), labels.end(),
                     [](std::string_view label) { return isLabel(label, true); });
}

bool readPattern(Pattern& pattern, std::string_view text) {
  const auto colon = text.find("://");
  if (text.size() > kMaxUrlBytes || colon == std::string_view::npos) return false;
  pattern.scheme = text.substr(0, colon);
  pattern.port = portOfScheme(pattern.scheme);
  text.remove_prefix(colon + 3);
  const auto slash = text.find('/');
  if (pattern.port == 0 || slash == std::string_view::npos) return false;
  pattern.path = text.substr(slash);
  if (!std::all_of(pattern.path.begin(), pattern.path.end(), [](char c) { return isUrlChar(c) && c != '?'; }))
    return false;
  std::string_view host = text.substr(0, slash);
  const auto divider = host.rfind(':');
  const auto bracket = host.rfind(']');
  if (divider != std::string_view::npos && (bracket == std::string_view::npos || divider > bracket)) {
    const std::string_view port = host.substr(divider + 1);
    pattern.anyPort = port == "*";
    if (port.empty() || (!pattern.anyPort && !readPort(port, pattern.port))) return false;
    host = host.substr(0, divider);
  }
  return readPatternHost(pattern, host);
}

bool hostFits(const Pattern& pattern, const Url& url) {
  if (pattern.host == "*") return true;
  if (pattern.v6 || url.v6) return pattern.v6 == url.v6 && pattern.host == url.host;
  const auto wanted = split(pattern.host, '.'), given = split(url.host, '.');
  return std::equal(wanted.begin(), wanted.end(), given.begin(), given.end(), globs);
}

Result<std::string> realPath(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(path.c_str(), nullptr), &std::free);
  if (!real) return fail(ErrorCode::notFound, "opening the file: {}", std::strerror(errno));
  return std::string(real.get());
}

void hide(std::string& text, std::string_view secret) {
  for (std::size_t at = 0;
       secret.size() >= kMinSecretBytes && (at = text.find(secret, at)) != std::string::npos;
       at += kHidden.size())
    text.replace(at, secret.size(), kHidden);
}

}  // namespace

bool isUrlPattern(std::string_view text) {
  Pattern pattern;
  return readPattern(pattern, text);
}

bool urlAllowed(const Url& url, const std::vector<std::string>& patterns) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& text) {
    Pattern pattern;
    return readPattern(pattern, text) && pattern.scheme == url.scheme &&
           (pattern.anyPort || pattern.port == url.effectivePort()) && hostFits(pattern, url) &&
           globs(pattern.path, url.path.empty() ? "/" : url.path);
  });
}

Result<Url> parseOutputUrl(std::string_view text) {
  auto url = parseUrl(text);
  if (url && url->scheme != "rtmp" && url->scheme != "rtmps")
    return fail(ErrorCode::badRequest, "the URL begins with neither rtmp:// nor rtmps://");
  if (url && (url->path.find_first_not_of('/') != 1 || url->path.ends_with('/') || url->path.rfind('/') == 0))
    return fail(ErrorCode::badRequest, "the URL has no application and stream key: rtmp://host/app/key");
  return url;
}

Result<Url> parseSourceUrl(std::string_view text) {
  auto url = parseUrl(text);
  for (const std::string_view scheme : {"rtmp", "rtmps", "rtsp", "rtsps"})
    if (url && url->scheme == scheme) return url;
  if (!url) return url;
  return fail(ErrorCode::badRequest,
              "the URL begins with none of rtmp://, rtmps://, rtsp://, rtsps://, file:");
}

bool isFileUrl(std::string_view url) {
  return lower(url.substr(0, 5)) == "file:";
}

std::string fileUrl(std::string_view path) {
  std::string url = "file://";
  for (const char c : path) {
    if (std::isalnum(static_cast<unsigned char>(c)) || (c != '\0' && std::strchr("/-._~", c)))
      url.push_back(c);
    else
      url += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return url;
}

Result<std::string> sourceFile(std::string_view url, const std::string& directory) {
  if (!isFileUrl(url)) return fail(ErrorCode::badRequest, "the URL does not begin with file:");
  url.remove_prefix(5);
  if (url.starts_with("//")) {
    url.remove_prefix(2);
    if (!url.starts_with('/')) return fail(ErrorCode::badRequest, "the URL names a file of another machine");
  }
  auto path = unescapedUrl(url, "/\\");
  if (!path) return path;
  if (!path->starts_with('/')) {
    if (directory.empty()) return fail(ErrorCode::badRequest, "the URL names no absolute path");
    *path = directory + "/" + *path;
  }
  const auto real = realPath(*path);
  if (!directory.empty()) {
    const auto root = realPath(directory);
    // The same error whether it is there or not: nobody is told what there is elsewhere.
    if (!root || !real || !real->starts_with(*root == "/" ? "/" : *root + "/"))
      return fail(ErrorCode::notFound, "there is no such file in the directory of sources");
  }
  if (!real) return real;
  struct stat info {};
  if (stat(real->c_str(), &info) != 0 || !S_ISREG(info.st_mode) || access(real->c_str(), R_OK) != 0)
    return fail(ErrorCode::badRequest, "it is not a file that can be read");
  return real;
}

std::string redactedUrl(std::string_view text) {
  if (isFileUrl(text)) return "file:" + std::string(text.substr(text.find_last_of(":/") + 1));
  auto url = parseUrl(text);
  if (!url) return std::string(kHidden);
  url->userInfo.clear();
  url->query.clear();
  const auto slash = url->path.rfind('/');
  if (slash != std::string::npos) url->path.replace(slash + 1, std::string::npos, kHidden);
  return url->text();
}

std::string withoutSecrets(std::string text, std::string_view url) {
  hide(text, url);
  const auto parsed = parseUrl(url);
  if (!parsed) return text;
  hide(text, parsed->text());
  hide(text, parsed->userInfo);
  hide(text, parsed->query);
  if (const auto slash = parsed->path.rfind('/'); slash != std::string::npos)
    hide(text, std::string_view(parsed->path).substr(slash + 1));
  if (const auto colon = parsed->userInfo.find(':'); colon != std::string::npos)
    hide(text, std::string_view(parsed->userInfo).substr(colon + 1));
  return text;
}

}  // namespace tessera
