// SPDX-License-Identifier: Apache-2.0
#include "wire/plain_text.h"

#include <glib.h>

#include "wire/limits.h"

namespace tessera::wire {
namespace {

constexpr int kMaxMarksPerLetter = 4;  // Vietnamese and Hebrew need up to three

enum class Kind { letter, mark, joiner, blank, newline, dropped };

bool isFiller(gunichar c) {
  return c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0 || c == 0x2800;
}

bool isNonCharacter(gunichar c) {
  return (c & 0xfffe) == 0xfffe || (c >= 0xfdd0 && c <= 0xfdef);
}

Kind kindOf(gunichar c) {
  if (c == '\n') return Kind::newline;
  if (c == '\t') return Kind::blank;
  if (c == 0x200c || c == 0x200d) return Kind::joiner;
  if (isNonCharacter(c) || isFiller(c)) return Kind::dropped;
  switch (g_unichar_type(c)) {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_SURROGATE:
      return Kind::dropped;
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return Kind::newline;
    case G_UNICODE_SPACE_SEPARATOR:
      return Kind::blank;
    case G_UNICODE_NON_SPACING_MARK:
    case G_UNICODE_ENCLOSING_MARK:
      return Kind::mark;
    default:
      return Kind::letter;
  }
}

// Keeps what may be seen. Blanks and joiners are held back until something visible follows them, which trims
// the end; at the start there is nothing yet that they could follow.
class Cleaner {
 public:
  explicit Cleaner(bool oneLine) : oneLine_(oneLine) {}

  void add(gunichar c) {
    const Kind kind = kindOf(c);
    marks_ = kind == Kind::mark ? marks_ + 1 : 0;
    switch (kind) {
      case Kind::dropped:
        return;
      case Kind::mark:
        if (marks_ > kMaxMarksPerLetter || chars_ == 0) return;
        break;
      case Kind::joiner:
        if (chars_ > 0 && held_.empty()) hold(c);
        return;
      case Kind::blank:
      case Kind::newline:
        holdBlank(kind == Kind::newline);
        return;
      case Kind::letter:
        break;
    }
    release();
    append(text_, c);
    ++chars_;
  }

  std::size_t chars() const { return chars_; }
  std::string take() { return std::move(text_); }

 private:
  static void append(std::string& out, gunichar c) {
    char bytes[6];
    out.append(bytes, static_cast<std::size_t>(g_unichar_to_utf8(c, bytes)));
  }

  void hold(gunichar c) {
    append(held_, c);
    ++heldChars_;
  }

  void holdBlank(bool newline) {
    if (chars_ == 0) return;
    if (heldChars_ == 1 && held_.size() == 3) drop();  // a joiner joins nothing to a blank
    if (!oneLine_)
      hold(newline ? '\n' : ' ');
    else if (held_.empty())
      hold(' ');
  }

  void release() {
    text_ += held_;
    chars_ += heldChars_;
    drop();
  }

  void drop() {
    held_.clear();
    heldChars_ = 0;
  }

  bool oneLine_;
  std::string text_;
  std::string held_;
  std::size_t chars_ = 0;
  std::size_t heldChars_ = 0;
  int marks_ = 0;
};

Result<std::string> clean(std::string_view text, bool oneLine, std::size_t maxChars) {
  Cleaner cleaner(oneLine);
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end; at = g_utf8_next_char(at)) cleaner.add(g_utf8_get_char(at));
  if (cleaner.chars() == 0) return fail(ErrorCode::badRequest, "nothing that can be seen is left of it");
  if (cleaner.chars() > maxChars)
    return fail(ErrorCode::tooLarge, "{} characters, at most {} are allowed", cleaner.chars(), maxChars);
  return cleaner.take();
}

}  // namespace

Result<std::string> cleanName(std::string_view text) {
  return clean(text, true, kMaxNameChars);
}

Result<std::string> cleanChat(std::string_view text) {
  return clean(text, false, kMaxChatChars);
}

}  // namespace tessera::wire
