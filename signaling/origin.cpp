// SPDX-License-Identifier: Apache-2.0
#include "signaling/origin.h"

#include <algorithm>

namespace tessera::signaling {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

bool endsWith(std::string_view text, std::string_view tail) {
  return text.size() >= tail.size() && text.substr(text.size() - tail.size()) == tail;
}

// "host:443" and "host" are the same place for https, "host:80" and "host" for http.
std::string withoutDefaultPort(std::string authority, std::string_view scheme) {
  const std::string_view port = scheme == "https" ? ":443" : ":80";
  if (endsWith(authority, port)) authority.resize(authority.size() - port.size());
  return authority;
}

}  // namespace

bool originAllowed(std::string_view origin, std::string_view host, const std::vector<std::string>& allowed) {
  if (origin.empty()) return true;
  const std::string wanted = lower(origin);
  if (!allowed.empty())
    return std::any_of(allowed.begin(), allowed.end(),
                       [&](const std::string& one) { return one == "*" || lower(one) == wanted; });
  const auto separator = wanted.find("://");
  if (separator == std::string::npos) return false;  // "null" and the like
  const std::string scheme = wanted.substr(0, separator);
  if (scheme != "http" && scheme != "https") return false;
  const std::string authority = wanted.substr(separator + 3);
  return !authority.empty() &&
         withoutDefaultPort(authority, scheme) == withoutDefaultPort(lower(host), scheme);
}

}  // namespace tessera::signaling
