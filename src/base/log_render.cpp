// SPDX-License-Identifier: Apache-2.0
#include "base/log_render.h"

#include <glib.h>

#include <array>

namespace tessera::log {
namespace {

constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warn", "error"};
constexpr std::array kSyslogPriorities{7, 6, 4, 3};

// Control (C0, DEL, C1), line separators, and formatting characters such as bidi overrides.
bool mustEscape(gunichar c) {
  switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return true;
    default:
      return false;
  }
}

void appendEscape(std::string& out, gunichar c) {
  if (c < 0x10000) {
    out += fmt::format("\\u{:04x}", c);
    return;
  }
  c -= 0x10000;  // JSON knows only UTF-16 escapes
  out += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
}

void appendEscaped(std::string& out, std::string_view text) {
  if (text.empty()) return;
  char* valid = g_utf8_make_valid(text.data(), static_cast<gssize>(text.size()));
  const char* next = nullptr;
  for (const char* at = valid; *at; at = next) {
    const gunichar c = g_utf8_get_char(at);
    next = g_utf8_next_char(at);
    if (c == '"' || c == '\\')
      out.append({'\\', static_cast<char>(c)});
    else if (mustEscape(c))
      appendEscape(out, c);
    else
      out.append(at, next);
  }
  g_free(valid);
}

void appendQuoted(std::string& out, std::string_view text) {
  out.push_back('"');
  appendEscaped(out, text);
  out.push_back('"');
}

bool isPlain(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text)
    if (!g_ascii_isalnum(c) && std::string_view("-_.:/+@,").find(c) == std::string_view::npos) return false;
  return true;
}

bool isPrintableAscii(std::string_view text) {
  for (const char c : text)
    if (!g_ascii_isprint(c)) return false;
  return true;
}

void appendText(std::string& line, std::string_view event, const Field* fields, std::size_t count) {
  if (isPrintableAscii(event))
    line += event;
  else
    appendEscaped(line, event);
  for (std::size_t i = 0; i < count; ++i) {
    line += fmt::format(" {}=", fields[i].key);
    if (isPlain(fields[i].value))
      line += fields[i].value;
    else
      appendQuoted(line, fields[i].value);
  }
}

void appendJson(std::string& line, std::string_view event, const Field* fields, std::size_t count) {
  appendQuoted(line, event);
  for (std::size_t i = 0; i < count; ++i) {
    line += fmt::format(",\"{}\":", fields[i].key);
    appendQuoted(line, fields[i].value);
  }
  line.push_back('}');
}

}  // namespace

std::string render(Format format, std::string_view timestamp, Level level, std::string_view event,
                   const Field* fields, std::size_t count) {
  const auto index = static_cast<std::size_t>(level);
  std::string line;
  switch (format) {
    case Format::text:
      line = fmt::format("{} {:<5} ", timestamp, kLevelNames[index]);
      appendText(line, event, fields, count);
      break;
    case Format::journald:  // systemd reads the "<N>" prefix from standard error (sd-daemon(3))
      line = fmt::format("<{}>", kSyslogPriorities[index]);
      appendText(line, event, fields, count);
      break;
    case Format::json:
      line = fmt::format(R"({{"time":"{}","level":"{}","event":)", timestamp, kLevelNames[index]);
      appendJson(line, event, fields, count);
      break;
  }
  line.push_back('\n');
  return line;
}

}  // namespace tessera::log
