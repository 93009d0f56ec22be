// SPDX-License-Identifier: Apache-2.0
#include "server/recording_name.h"

#include <gtest/gtest.h>

#include <regex>

namespace tessera::server {
namespace {

constexpr std::int64_t kStart = 1767225600000;  // 2026-01-01 00:00 UTC
const RoomId kRoom{"stand-up"};
const RecordingId kId{"4k2mabcdefgh"};

TEST(RecordingName, FillsThePlaceholdersIn) {
  const auto name = recordingName("{date}-{time}-{room}-{id}", kRoom, kId, kStart);
  ASSERT_TRUE(name.has_value()) << name.error().text;
  const std::regex expected("20(25-12-31|26-01-01)-[0-9]{4}-stand-up-4k2mabcdefgh");  // in any time zone
  EXPECT_TRUE(std::regex_match(*name, expected)) << *name;
}

TEST(RecordingName, RefusesWhatItDoesNotKnowOrMustNotContain) {
  for (const char* pattern : {"{name}-{id}", "{id", "../{id}", ".{id}", "a/{id}", "{}{id}", "a b", ""})
    EXPECT_FALSE(recordingName(pattern, kRoom, kId, kStart).has_value()) << pattern;
  EXPECT_FALSE(recordingName(std::string(200, 'x'), kRoom, kId, kStart).has_value());
}

TEST(RecordingName, PlainNamesStayInTheirDirectory) {
  for (const char* name : {"a.mp4", "2026-01-01-x_y.json", "a-b.ogg"}) EXPECT_TRUE(isPlainName(name)) << name;
  for (const char* name : {"", ".", "..", ".work", "a/b", "../a", "a\\b", "a\nb"})
    EXPECT_FALSE(isPlainName(name)) << name;
}

}  // namespace
}  // namespace tessera::server
