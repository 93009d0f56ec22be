// SPDX-License-Identifier: Apache-2.0
#include "wire/plain_text.h"

#include <gtest/gtest.h>

#include "wire/limits.h"

namespace tessera::wire {
namespace {

std::string name(std::string_view text) {
  auto cleaned = cleanName(text);
  return cleaned ? *cleaned : "refused: " + cleaned.error().text;
}
std::string chat(std::string_view text) {
  auto cleaned = cleanChat(text);
  return cleaned ? *cleaned : "refused: " + cleaned.error().text;
}
std::string times(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST(CleanName, LeavesNamesOfTheWorldAlone) {
  for (const auto* text : {"Ada Lovelace", "Jürgen", "Nguyễn Thị Minh", "张伟", "עִבְרִית", "محمد",
                           "می\u200cخواهم", "👩\u200d🚀 Sally", "O'Neill-Smith <3", "Владимир", "a\u0301"})
    EXPECT_EQ(name(text), text);
}

TEST(CleanName, IsOneLineWithSingleSpaces) {
  EXPECT_EQ(name("  Ada \t\n\r\n  Lovelace\n"), "Ada Lovelace");
  EXPECT_EQ(name("Ada\u2028\u00a0\u3000Lovelace"), "Ada Lovelace");
}

TEST(CleanName, DropsWhatCannotBeSeen) {
  EXPECT_EQ(name("A\u202e\u2066d\u2069\u200b\u200e\ufeff\u00ad\u2060a"), "Ada");
  EXPECT_EQ(name("A\x01\x1b[31md\x7f\u0085\u009ba"), "A[31mda");
  EXPECT_EQ(name("A\u3164\u115f\uffa0\u2800\U000e0041da"), "Ada");
  EXPECT_EQ(name("\u200d\u200cAda\u200d\u200c "), "Ada");
  EXPECT_EQ(name("A\u200d\u200d\u200cda"), "A\u200dda");
  EXPECT_EQ(name("A\uffff\ufdd0da"), "Ada");
}

TEST(CleanName, CapsStackedMarks) {
  EXPECT_EQ(name("Z" + times("\u0301", 30) + "o"), "Z" + times("\u0301", 4) + "o");
  EXPECT_EQ(name("\u0301Ada"), "Ada");
}

TEST(CleanName, RefusesNothingAndTooMuch) {
  for (const auto* text : {"", "  \n", "\u202e\u200b", "\u3164", "\u0301", "\u200d"})
    EXPECT_EQ(name(text), "refused: nothing that can be seen is left of it");
  EXPECT_EQ(cleanName("").error().code, ErrorCode::badRequest);
  EXPECT_EQ(name(times("ä", kMaxNameChars)), times("ä", kMaxNameChars));
  EXPECT_EQ(name(times("ä", 65)), "refused: 65 characters, at most 64 are allowed");
  EXPECT_EQ(cleanName(times("ä", 65)).error().code, ErrorCode::tooLarge);
  EXPECT_EQ(name(" " + times("a", 64) + "  \u200b"), times("a", 64)) << "counted after cleaning";
}

TEST(CleanChat, KeepsLinesAndBlanks) {
  EXPECT_EQ(chat("\n one\r\n\n  two\u2028three  \n"), "one\n\n  two\nthree");
  EXPECT_EQ(chat("a\tb"), "a b");
  EXPECT_EQ(chat("a\u202eb\u0007"), "ab");
}

TEST(CleanChat, IsLimited) {
  EXPECT_EQ(chat(times("€", kMaxChatChars)), times("€", kMaxChatChars));
  EXPECT_EQ(chat(times("€", kMaxChatChars + 1)), "refused: 2001 characters, at most 2000 are allowed");
  EXPECT_EQ(chat("\n \n"), "refused: nothing that can be seen is left of it");
}

}  // namespace
}  // namespace tessera::wire
