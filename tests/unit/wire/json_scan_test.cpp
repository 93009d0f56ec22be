// SPDX-License-Identifier: Apache-2.0
#include "wire/json_scan.h"

#include <gtest/gtest.h>

#include "wire/json_document.h"

namespace tessera::wire {
namespace {

constexpr int kDepth = 4;

TEST(JsonScan, AcceptsJson) {
  for (const std::string_view text :
       {R"({})", R"( {"a" : [ 1 , -2.5e+10 , 0 , 0.5 , 1E5 , true , false , null , "" ] } )",
        R"({"a":"\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00 ä [[[[[[[["})", "{\n\t\"a\"\r:1}"}) {
    const auto status = scanJson(text, 1000, kDepth);
    EXPECT_TRUE(status.has_value()) << text << ": " << status.error().text;
    EXPECT_TRUE(JsonDocument::parse(text, 1000).has_value()) << text;
  }
}

TEST(JsonScan, RefusesWhatIsNotJson) {
  for (const std::string_view text : {"",
                                      " ",
                                      "[]",
                                      "1",
                                      "\"a\"",
                                      "null",
                                      "{",
                                      "}",
                                      "{}{}",
                                      "{} x",
                                      "{}]",
                                      "var a = {}",
                                      R"({"a":/*"*/1})",
                                      R"({//"
"a":1})",
                                      R"({'a':1})",
                                      R"({"a":0x10})",
                                      R"({"a":010})",
                                      R"({"a":-})",
                                      R"({"a":+1})",
                                      R"({"a":.5})",
                                      R"({"a":1.})",
                                      R"({"a":1e})",
                                      R"({"a":1e+})",
                                      R"({"a":1.5.5})",
                                      R"({"a":1a})",
                                      R"({"a":NaN})",
                                      R"({"a":Infinity})",
                                      R"({"a":True})",
                                      R"({"a":truex})",
                                      R"({"a":nul})",
                                      R"({"a":"\x41"})",
                                      R"({"a":"\u12"})",
                                      R"({"a":"\u12g4"})",
                                      R"({"a":"\u0000"})",
                                      R"({"a":"\ud83d"})",
                                      R"({"a":"\ud83dx"})",
                                      R"({"a":"\ud83dA"})",
                                      R"({"a":"\ude00"})",
                                      R"({"a":"\)",
                                      R"({"a":"\u)",
                                      R"({"a":")",
                                      "{\"a\":\"\n\"}",
                                      "{\"a\":\"\x01\"}",
                                      R"({"a":1234567890123456789})",
                                      "{\"a\":\"\xff\"}",
                                      "\xef\xbb\xbf{}"}) {
    const auto status = scanJson(text, 1000, kDepth);
    ASSERT_FALSE(status.has_value()) << text;
    EXPECT_EQ(status.error().code, ErrorCode::badRequest) << text;
  }
}

TEST(JsonScan, RefusesNul) {
  for (const std::string_view text : {std::string_view("{}\0", 3), std::string_view("{\"a\":\"\0\"}", 9),
                                      std::string_view("\0{}", 3), std::string_view("{\0}", 3)})
    EXPECT_FALSE(scanJson(text, 1000, kDepth).has_value());
}

TEST(JsonScan, LimitsDepthOutsideStringsOnly) {
  EXPECT_TRUE(scanJson(R"({"a":[[[]]]})", 1000, 4).has_value());
  EXPECT_TRUE(scanJson(R"({"a":[[[]],[[]]],"b":[[[]]]})", 1000, 4).has_value());
  const auto deep = scanJson(R"({"a":[[[[]]]]})", 1000, 4);
  ASSERT_FALSE(deep.has_value());
  EXPECT_EQ(deep.error().code, ErrorCode::tooLarge);
  EXPECT_EQ(deep.error().text, "JSON nested deeper than 4 levels");
}

TEST(JsonScan, LimitsSize) {
  EXPECT_TRUE(scanJson("{}", 2, 4).has_value());
  const auto longer = scanJson("{} ", 2, 4);
  ASSERT_FALSE(longer.has_value());
  EXPECT_EQ(longer.error().code, ErrorCode::tooLarge);
  EXPECT_EQ(longer.error().text, "the message has 3 bytes, at most 2 are allowed");
}

TEST(JsonDocument, LeavesGrammarToTheParser) {
  for (const std::string_view text : {R"({"a"})", R"({"a":})", R"({"a":1,})", R"({,"a":1})", R"({"a":[1,]})",
                                      R"({"a":[1 2]})", R"({"a" 1})", R"({"a":1 "b":2})", R"({1:2})", R"({])",
                                      R"({"a":[}]})", R"({"a"::1})", R"({"a":--1})", R"({"a":[,]})"})
    EXPECT_FALSE(JsonDocument::parse(text, 1000).has_value()) << text;
}

}  // namespace
}  // namespace tessera::wire
