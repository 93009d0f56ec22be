// SPDX-License-Identifier: Apache-2.0
#include "wire/json_writer.h"

#include <gtest/gtest.h>

#include <limits>

namespace tessera::wire {
namespace {

template <class T>
std::string member(const T& value) {
  JsonWriter out;
  out.required("k", value);
  return out.finish();
}

TEST(JsonWriter, EscapesStrings) {
  EXPECT_EQ(member(std::string("a\"b\\c\n\r\t\x01\x7f")), R"({"k":"a\"b\\c\n\r\u0009\u0001\u007f"})");
  EXPECT_EQ(member(std::string("ä€😀")), R"({"k":"ä€😀"})");
}

TEST(JsonWriter, ReplacesWhatIsNotText) {
  EXPECT_EQ(member(std::string("a\xff")), "{\"k\":\"a\uFFFD\"}");
  EXPECT_EQ(member(std::string("a\0b", 3)), "{\"k\":\"a\uFFFDb\"}");
}

TEST(JsonWriter, WritesNumbers) {
  EXPECT_EQ(member(std::numeric_limits<std::int64_t>::min()), R"({"k":-9223372036854775808})");
  EXPECT_EQ(member(0.5), R"({"k":0.5})");
  EXPECT_EQ(member(30.0), R"({"k":30})");
  EXPECT_EQ(member(std::numeric_limits<double>::quiet_NaN()), R"({"k":0})");
  EXPECT_EQ(member(true), R"({"k":true})");
}

TEST(JsonWriter, LeavesOutWhatIsNotSet) {
  JsonWriter out;
  out.optional("a", std::optional<bool>());
  out.optional("b", std::string());
  out.optional("c", std::optional<bool>(false));
  out.optional("d", 0);
  EXPECT_EQ(out.finish(), R"({"c":false,"d":0})");
}

TEST(JsonWriter, PutsCommasBetweenSiblingsOnly) {
  JsonWriter out;
  out.object("a", [](JsonWriter& a) {
    a.object("b", [](JsonWriter&) {});
    a.required("c", 1);
  });
  out.list("d", {"x", "y"}, 2, TextRule{0, 1});
  out.list("e", {}, 0, TextRule{0, 1});
  out.required("f", 2);
  EXPECT_EQ(out.finish(), R"({"a":{"b":{},"c":1},"d":["x","y"],"e":[],"f":2})");
}

}  // namespace
}  // namespace tessera::wire
