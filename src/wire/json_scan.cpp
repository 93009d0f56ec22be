// SPDX-License-Identifier: Apache-2.0
#include "wire/json_scan.h"

#include <glib.h>

namespace tessera::wire {
namespace {

constexpr std::size_t kMaxIntegerDigits = 18;  // always fits 63 bits

class Scanner {
 public:
  Scanner(std::string_view text, int maxDepth) : text_(text), maxDepth_(maxDepth) {}

  Status run() {
    bool complete = false;
    for (skipSpace(); at_ < text_.size(); skipSpace()) {
      if (complete) return bad("something follows the object");
      if (depth_ == 0 && peek() != '{') return bad("expected an object");
      if (const auto status = token(); !status) return status;
      complete = depth_ == 0;
    }
    return complete ? Status{} : bad("the text ends before its object does");
  }

 private:
  // The NUL that stands for the end is never a valid character of the text itself.
  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool accept(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool digit() const { return g_ascii_isdigit(peek()); }
  void skipSpace() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }

  tl::unexpected<Error> bad(std::string_view what) const {
    return fail(ErrorCode::badRequest, "not JSON: {} at byte {}", what, at_);
  }

  Status token() {
    switch (peek()) {
      case '{':
      case '[':
        if (++depth_ > maxDepth_)
          return fail(ErrorCode::tooLarge, "JSON nested deeper than {} levels", maxDepth_);
        ++at_;
        return {};
      case '}':
      case ']':
        --depth_;
        ++at_;
        return {};
      case ':':
      case ',':
        ++at_;
        return {};
      case '"':
        return string();
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return literal("null");
      default:
        return number();
    }
  }

  Status literal(std::string_view word) {
    if (text_.substr(at_, word.size()) != word || g_ascii_isalnum(peek(word.size())))
      return bad("unknown word");
    at_ += word.size();
    return {};
  }

  std::size_t digits() {
    const std::size_t begin = at_;
    while (digit()) ++at_;
    return at_ - begin;
  }

  Status number() {
    accept('-');
    const bool leadingZero = peek() == '0';
    const std::size_t count = digits();
    if (count == 0) return bad("unexpected character");
    if (leadingZero && count > 1) return bad("a number with a leading zero");
    if (count > kMaxIntegerDigits) return bad("a number with too many digits");
    if (accept('.') && digits() == 0) return bad("a number that ends in its point");
    if (accept('e') || accept('E')) {
      if (!accept('+')) accept('-');
      if (digits() == 0) return bad("a number without its exponent");
    }
    if (g_ascii_isalnum(peek()) || peek() == '.') return bad("unexpected character");
    return {};
  }

  Status string() {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return {};
      }
      if (static_cast<unsigned char>(c) < 0x20) return bad("a control character in a string");
      if (c != '\\')
        ++at_;
      else if (const auto status = escape(); !status)
        return status;
    }
    return bad("a string without an end");
  }

  Status escape() {
    ++at_;
    if (!accept('u')) {
      if (at_ >= text_.size() || std::string_view("\"\\/bfnrt").find(peek()) == std::string_view::npos)
        return bad("unknown escape");
      ++at_;
      return {};
    }
    const int unit = utf16Unit();
    if (unit < 0) return bad("\\u without four hexadecimal digits");
    if (unit == 0) return bad("\\u0000");
    if (unit < 0xd800 || unit > 0xdfff) return {};
    const bool paired = unit < 0xdc00 && accept('\\') && accept('u') && (utf16Unit() & 0xfc00) == 0xdc00;
    return paired ? Status{} : bad("\\u with half a character");
  }

  int utf16Unit() {  // -1 when there is none
    int unit = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const int value = g_ascii_xdigit_value(peek(i));
      if (value < 0) return -1;
      unit = unit * 16 + value;
    }
    at_ += 4;
    return unit;
  }

  std::string_view text_;
  int maxDepth_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Status scanJson(std::string_view text, std::size_t maxBytes, int maxDepth) {
  if (text.size() > maxBytes)
    return fail(ErrorCode::tooLarge, "the message has {} bytes, at most {} are allowed", text.size(),
                maxBytes);
  if (!g_utf8_validate_len(text.data(), text.size(), nullptr))  // refuses NUL as well
    return fail(ErrorCode::badRequest, "the message is not UTF-8 text");
  return Scanner(text, maxDepth).run();
}

}  // namespace tessera::wire
