// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "pipelines/draw/drawing.h"
#include "pipelines/draw/labels.h"

namespace tessera::draw {
namespace {

// Scripts in which two letters side by side read as initials; elsewhere one character stands for the name.
bool hasInitials(gunichar letter) {
  switch (g_unichar_get_script(letter)) {
    case G_UNICODE_SCRIPT_LATIN:
    case G_UNICODE_SCRIPT_GREEK:
    case G_UNICODE_SCRIPT_CYRILLIC:
    case G_UNICODE_SCRIPT_ARMENIAN:
    case G_UNICODE_SCRIPT_GEORGIAN:
    case G_UNICODE_SCRIPT_COMMON:  // digits
      return true;
    default:
      return false;
  }
}

// The first letters of the words; words that begin with a sign, such as "(ACME)", count only when alone.
std::vector<gunichar> firstLetters(const std::string& name) {
  std::vector<gunichar> plain, marked;
  bool wordBegins = true;
  std::vector<gunichar>* into = &plain;
  for (const char* p = name.c_str(); *p != 0; p = g_utf8_next_char(p)) {
    const gunichar c = g_utf8_get_char(p);
    if (g_unichar_isspace(c)) {
      wordBegins = true;
      into = &plain;
    } else if (wordBegins && g_unichar_isalnum(c)) {
      into->push_back(c);
      wordBegins = false;
    } else if (wordBegins) {
      into = &marked;
    }
  }
  return plain.empty() ? marked : plain;
}

// What a reader takes for one character, such as an emoji made of several.
std::string firstCluster(const std::string& text) {
  const auto length = static_cast<int>(text.size());
  const glong characters = g_utf8_strlen(text.c_str(), length);
  std::vector<PangoLogAttr> breaks(static_cast<std::size_t>(characters) + 1);
  pango_get_log_attrs(text.c_str(), length, -1, pango_language_get_default(), breaks.data(),
                      static_cast<int>(breaks.size()));
  glong end = 1;
  while (end < characters && breaks[static_cast<std::size_t>(end)].is_cursor_position == 0) ++end;
  return text.substr(0, static_cast<std::size_t>(g_utf8_offset_to_pointer(text.c_str(), end) - text.c_str()));
}

std::string upper(gunichar letter) {
  char bytes[6];
  return {bytes, static_cast<std::size_t>(g_unichar_to_utf8(g_unichar_toupper(letter), bytes))};
}

}  // namespace

std::string initialsOf(const std::string& name) {
  const std::string clean = cleanName(name);
  if (clean.empty()) return "?";
  const std::vector<gunichar> letters = firstLetters(clean);
  if (letters.empty()) return firstCluster(clean);
  if (letters.size() == 1 || !hasInitials(letters.front()) || !hasInitials(letters.back())) {
    return upper(letters.front());
  }
  return upper(letters.front()) + upper(letters.back());
}

}  // namespace tessera::draw
