// SPDX-License-Identifier: Apache-2.0
#include "room/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace tessera {
namespace {

constexpr std::size_t kMaxHostBytes = 253;  // RFC 1035, 2.3.4
constexpr std::size_t kMaxLabelBytes = 63;

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isLower(char c) {
  return c >= 'a' && c <= 'z';
}
int hexValue(char c) {
  if (isDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

tl::unexpected<Error> refused(std::string_view why) {
  return fail(ErrorCode::badRequest, "the URL {}", why);
}

bool isScheme(std::string_view text) {
  return !text.empty() && isLower(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return isLower(c) || isDigit(c); });
}

// What inet_aton and browsers take for an address, other than four plain decimal numbers: "127.1",
// "2130706433", "0x7f.0.0.1", "017700000001".
bool looksNumeric(std::string_view lastLabel) {
  const bool digits = std::all_of(lastLabel.begin(), lastLabel.end(), isDigit);
  return digits || (lastLabel.starts_with("0x") && std::all_of(lastLabel.begin() + 2, lastLabel.end(),
                                                               [](char c) { return hexValue(c) >= 0; }));
}

}  // namespace

namespace url_parts {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

int portOfScheme(std::string_view scheme) {
  struct Row {
    std::string_view scheme;
    int port;
  };
  constexpr std::array kPorts{Row{"rtmp", 1935}, Row{"rtmps", 443}, Row{"rtsp", 554},
                              Row{"rtsps", 322}, Row{"http", 80},   Row{"https", 443}};
  const auto row =
      std::find_if(kPorts.begin(), kPorts.end(), [&](const Row& r) { return r.scheme == scheme; });
  return row == kPorts.end() ? 0 : row->port;
}

// RFC 3986, 3.1 to 3.4, without what there is no use for here: "\" (a "/" to some), "#", quotes, braces.
bool isUrlChar(char c) {
  return isLower(c) || (c >= 'A' && c <= 'Z') || isDigit(c) ||
         (c != '\0' && std::strchr("-._~:/?[]@!$&'()*+,;=%", c) != nullptr);
}

bool readPort(std::string_view text, int& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && text.front() != '0' && port >= 1 &&
         port <= 65535;
}

bool isLabel(std::string_view label, bool pattern) {
  return !label.empty() && label.size() <= kMaxLabelBytes && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [&](char c) {
           return isLower(c) || isDigit(c) || c == '-' || c == '_' || (pattern && c == '*');
         });
}

// "::ffff:192.0.2.1" is 192.0.2.1, by another way.
Status setHostV6(Url& url, std::string_view text) {
  in6_addr address{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), &address) != 1)
    return refused("has an IPv6 address that is none");
  std::array<char, INET6_ADDRSTRLEN> shown{};
  url.v6 = !IN6_IS_ADDR_V4MAPPED(&address);
  if (url.v6)
    inet_ntop(AF_INET6, &address, shown.data(), shown.size());
  else
    inet_ntop(AF_INET, &address.s6_addr[12], shown.data(), shown.size());
  url.host = shown.data();
  return {};
}

}  // namespace url_parts

using namespace url_parts;

namespace {

Status setHost(Url& url, std::string_view text) {
  std::string host = lower(text);
  if (host.ends_with('.')) host.pop_back();
  if (host.empty() || host.size() > kMaxHostBytes) return refused("has no proper host");
  const auto labels = split(host, '.');
  for (const std::string_view label : labels)
    if (!isLabel(label, false)) return refused("has a host that is neither a name nor an address");
  in_addr address{};
  if (looksNumeric(labels.back()) && inet_pton(AF_INET, host.c_str(), &address) != 1)
    return refused("has an address that is not written as four decimal numbers");
  url.host = std::move(host);
  return {};
}

Status setAuthority(Url& url, std::string_view text) {
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    url.userInfo = text.substr(0, at);
    text.remove_prefix(at + 1);
    if (text.find('@') != std::string_view::npos || url.userInfo.find_first_of("[]") != std::string::npos)
      return refused("has more than one @ or a bracket before its host");
  }
  const bool bracketed = text.starts_with('[');
  const auto end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == std::string_view::npos) return refused("has a bracket that is not closed");
  const std::string_view host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  if (end != std::string_view::npos) {
    std::string_view rest = text.substr(bracketed ? end + 1 : end);
    if (!rest.empty() && (rest.size() < 2 || rest.front() != ':' || !readPort(rest.substr(1), url.port)))
      return refused("has no proper port");
  }
  return bracketed ? setHostV6(url, host) : setHost(url, host);
}

Status setPath(Url& url, std::string_view text) {
  const auto plain = unescapedUrl(text, "/\\.%?#");
  if (!plain) return tl::unexpected(plain.error());
  for (const std::string_view part : split(*plain, '/'))
    if (part == "." || part == "..") return refused("has a . or .. in its path");
  url.path = text;
  return {};
}

}  // namespace

Result<std::string> unescapedUrl(std::string_view text, std::string_view hides) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hexValue(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hexValue(text[i + 2]) : -1;
    if (high < 0 || low < 0) return refused("has a % that is no escape");
    const char byte = static_cast<char>(high * 16 + low);
    if (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f || hides.find(byte) != std::string_view::npos)
      return refused("hides something by an escape");
    out.push_back(byte);
    i += 2;
  }
  return out;
}

std::string Url::text() const {
  std::string out = scheme + "://";
  if (!userInfo.empty()) out += userInfo + "@";
  out += v6 ? "[" + host + "]" : host;
  if (port != 0) out += ":" + std::to_string(port);
  out += path;
  return query.empty() ? out : out + "?" + query;
}

int Url::effectivePort() const {
  return port != 0 ? port : portOfScheme(scheme);
}

Result<Url> parseUrl(std::string_view text) {
  if (text.size() > kMaxUrlBytes) return refused("is too long");
  if (!std::all_of(text.begin(), text.end(), isUrlChar)) return refused("has a character that no URL has");
  const auto colon = text.find("://");
  Url url;
  if (colon != std::string_view::npos) url.scheme = lower(text.substr(0, colon));
  if (!isScheme(url.scheme)) return refused("does not begin with a scheme and ://");
  text.remove_prefix(colon + 3);
  if (const auto mark = text.find('?'); mark != std::string_view::npos) {
    url.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  const auto slash = std::min(text.find('/'), text.size());
  if (auto status = setAuthority(url, text.substr(0, slash)); !status) return tl::unexpected(status.error());
  if (auto status = setPath(url, text.substr(slash)); !status) return tl::unexpected(status.error());
  return url;
}

}  // namespace tessera
