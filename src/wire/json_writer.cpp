// SPDX-License-Identifier: Apache-2.0
#include "wire/json_writer.h"

#include <fmt/core.h>
#include <glib.h>

#include <algorithm>
#include <cmath>

namespace tessera::wire {
namespace {

void appendEscaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\':
        out.append({'\\', c});
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
          out.push_back(c);
    }
  }
}

}  // namespace

void JsonWriter::comma() {
  if (!first_) text_.push_back(',');
  first_ = false;
}

void JsonWriter::name(std::string_view key) {
  comma();
  put(key);
  text_.push_back(':');
}

// Texts of the system (an error of a library) need not be UTF-8, and a NUL would be refused by the other
// side.
void JsonWriter::put(std::string_view value) {
  text_.push_back('"');
  if (g_utf8_validate_len(value.data(), value.size(), nullptr)) {
    appendEscaped(text_, value);
  } else {
    char* valid = g_utf8_make_valid(value.data(), static_cast<gssize>(value.size()));
    appendEscaped(text_, valid);
    g_free(valid);
  }
  text_.push_back('"');
}

// Not inside a character: continuation bytes are 10xxxxxx.
std::string_view JsonWriter::cut(std::string_view sentence) {
  std::size_t size = std::min(sentence.size(), SentenceRule::kMaxBytes / 3);  // a bad byte becomes three
  while (size > 0 && size < sentence.size() && (static_cast<unsigned char>(sentence[size]) & 0xc0) == 0x80)
    --size;
  return sentence.substr(0, size);
}

void JsonWriter::put(double value) {
  putRaw(std::isfinite(value) ? fmt::format("{}", value) : "0");
}

}  // namespace tessera::wire
