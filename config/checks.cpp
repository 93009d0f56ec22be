// SPDX-License-Identifier: Apache-2.0
#include "config/checks.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <string>

#include "room/url_rules.h"

namespace tessera::config {
namespace {

constexpr std::size_t kMinTokenChars = 16;
constexpr std::size_t kMaxInterfaceChars = 15;  // IFNAMSIZ - 1

constexpr std::size_t kMaxNameChars = 32;
constexpr std::size_t kMaxPatternChars = 64;

bool isNameChar(char c) {
  return g_ascii_islower(c) || g_ascii_isdigit(c) || c == '-' || c == '_';
}

bool isPort(std::string_view text, int min) {
  int port = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc{} && end == text.data() + text.size() && port >= min && port <= 65535;
}

bool isHostName(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '-' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return g_ascii_isalnum(c) || c == '-' || c == '.' || c == '_'; });
}

bool takePrefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

struct HostPort {
  std::string_view host, port;
  bool bracketed = false;
};

// Splits at the last colon outside brackets; an empty port when there is none.
HostPort split(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return {};
    const std::string_view rest = text.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return {};
    return {text.substr(1, end - 1), rest.empty() ? rest : rest.substr(1), true};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {text, {}, false};
  return {text.substr(0, colon), text.substr(colon + 1), false};
}

bool isV6(std::string_view text) {
  return text.find(':') != std::string_view::npos && isIpAddress(text);
}

bool isHost(const HostPort& address) {
  return address.bracketed ? isV6(address.host) : isHostName(address.host);
}

}  // namespace

bool isIpAddress(std::string_view text) {
  return text.find('%') == std::string_view::npos && g_hostname_is_ip_address(std::string(text).c_str());
}

bool isListenAddress(std::string_view text) {
  const HostPort address = split(text);
  const bool v4 = address.host == "localhost" || (!isV6(address.host) && isIpAddress(address.host));
  return (address.bracketed ? isV6(address.host) : v4) && isPort(address.port, 0);
}

bool isGatherAddress(std::string_view text) {
  if (isIpAddress(text)) return true;
  return !text.empty() && text.size() <= kMaxInterfaceChars && !g_ascii_isdigit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return g_ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '@';
         });
}

bool isOrigin(std::string_view text) {
  if (text == "*") return true;
  if (!takePrefix(text, "https://") && !takePrefix(text, "http://")) return false;
  const HostPort address = split(text);
  return isHost(address) && (address.port.empty() ? !text.ends_with(':') : isPort(address.port, 1));
}

bool isStunServer(std::string_view text) {
  if (!takePrefix(text, "stun:")) return false;
  const HostPort address = split(text);
  return isHost(address) && isPort(address.port, 1);
}

bool isTurnServer(std::string_view text) {
  if (!takePrefix(text, "turn:") && !takePrefix(text, "turns:")) return false;
  const std::size_t query = text.find('?');
  if (query != std::string_view::npos) {
    const std::string_view transport = text.substr(query);
    if (transport != "?transport=udp" && transport != "?transport=tcp") return false;
    text = text.substr(0, query);
  }
  const HostPort address = split(text);
  return isHost(address) && isPort(address.port, 1);
}

bool isToken(std::string_view text) {
  return text.size() >= kMinTokenChars &&
         std::all_of(text.begin(), text.end(), [](char c) { return g_ascii_isgraph(c); });
}

bool isName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameChars && std::all_of(text.begin(), text.end(), isNameChar);
}

bool isRoomPattern(std::string_view text) {
  return !text.empty() && text.size() <= kMaxPatternChars &&
         std::all_of(text.begin(), text.end(), [](char c) { return isNameChar(c) || c == '*' || c == '?'; });
}

bool isRtmpUrl(std::string_view text) {
  return parseOutputUrl(text).has_value();
}

bool isSourceUrl(std::string_view text) {
  return parseSourceUrl(text).has_value() || (isFileUrl(text) && text.size() > 5);
}

bool isHttpUrl(std::string_view text) {
  const auto url = parseUrl(text);
  return url && (url->scheme == "http" || url->scheme == "https");
}

bool isUrlAllowance(std::string_view text) {
  return isUrlPattern(text);
}

bool isRecordingName(std::string_view text) {
  constexpr std::size_t kMaxChars = 128;
  bool id = false;
  if (text.size() > kMaxChars || text.starts_with('.') || text.starts_with('-')) return false;
  while (!text.empty()) {
    const char first = text.front();
    if (g_ascii_isalnum(first) || first == '-' || first == '_' || first == '.') {
      text.remove_prefix(1);
      continue;
    }
    if (takePrefix(text, "{id}"))
      id = true;
    else if (!takePrefix(text, "{date}") && !takePrefix(text, "{time}") && !takePrefix(text, "{room}"))
      return false;
  }
  return id;
}

bool isUtf8Line(std::string_view text) {
  return g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr) &&
         std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace tessera::config
