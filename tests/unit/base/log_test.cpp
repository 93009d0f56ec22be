// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <glib.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "base/log_render.h"

namespace tessera::log {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string line(Format format, std::string_view event, const std::vector<Field>& fields) {
  return render(format, "NOW", Level::warn, event, fields.data(), fields.size());
}

TEST(Render, Text) {
  EXPECT_EQ(line(Format::text, "peer gone", {{"room", "a-1"}, {"ms", 12}, {"name", "Ada L"}, {"empty", ""}}),
            "NOW warn  peer gone room=a-1 ms=12 name=\"Ada L\" empty=\"\"\n");
}

TEST(Render, Journald) {
  EXPECT_EQ(line(Format::journald, "peer gone", {{"room", "a"}}), "<4>peer gone room=a\n");
}

TEST(Render, Json) {
  EXPECT_EQ(line(Format::json, "a \"b\"", {{"name", "c\\d"}, {"n", 1.5}}),
            R"({"time":"NOW","level":"warn","event":"a \"b\"","name":"c\\d","n":"1.5"})"
            "\n");
}

// A participant's name can neither begin a line, nor drive a terminal, nor turn the text around.
TEST(Render, EscapesWhatCouldForgeALine) {
  const std::string hostile = "a\nb\r\x1b[2J\x7f\u009b1m\u2028\u202e";
  for (const Format format : {Format::text, Format::journald, Format::json}) {
    const std::string text = line(format, hostile, {{"name", hostile}});
    EXPECT_THAT(text, HasSubstr(R"(a\u000ab\u000d\u001b[2J\u007f\u009b1m\u2028\u202e)"));
    EXPECT_EQ(text.find('\n'), text.size() - 1);
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  }
}

TEST(Render, ReplacesWhatIsNotUtf8) {
  const std::string text = line(Format::json, "x\xff", {{"name", std::string("a\0b\xc3", 4)}});
  EXPECT_TRUE(g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr)) << text;
}

TEST(Render, EscapesBeyondTheBmpInUtf16) {
  EXPECT_THAT(line(Format::json, "x", {{"tag", "\U000e0041"}}), HasSubstr(R"(\udb40\udc41)"));
}

TEST(Level, FiltersWhatIsBelow) {
  configure(Level::warn, Format::text);
  EXPECT_FALSE(enabled(Level::info));
  EXPECT_TRUE(enabled(Level::warn));
  configure(Level::info, Format::text);
  EXPECT_TRUE(enabled(Level::info));
}

TEST(Write, ReachesStandardErrorInOrder) {
  configure(Level::info, Format::journald);
  testing::internal::CaptureStderr();
  info("first", {{"n", 1}});
  debug("hidden");
  error("second");
  flush();
  const std::string text = testing::internal::GetCapturedStderr();
  configure(Level::info, Format::text);
  EXPECT_EQ(text, "<6>first n=1\n<3>second\n");
}

TEST(CaptureGLib, RoutesMessagesOfLibraries) {
  captureGLib();
  configure(Level::info, Format::journald);
  testing::internal::CaptureStderr();
  g_log("Soup", G_LOG_LEVEL_WARNING, "went wrong");
  flush();
  const std::string text = testing::internal::GetCapturedStderr();
  configure(Level::info, Format::text);
  EXPECT_EQ(text, "<4>went wrong domain=Soup\n");
}

}  // namespace
}  // namespace tessera::log
