// SPDX-License-Identifier: Apache-2.0
#include "support/impair/script.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tessera::impair {
namespace {

using testing::HasSubstr;

TEST(ScriptTest, ReadsWhatIsNamedAndLeavesTheRestPerfect) {
  const auto step = parseStep(R"({"atMs":5000,"down":{"kbps":200,"queueMs":300},
    "up":{"lossPercent":2.5,"burstPackets":4,"delayMs":50,"jitterMs":20,"jitterReorders":true,
          "reorderPercent":1,"reorderMs":30,"duplicatePercent":0.5,"queueBytes":4000,"outage":true}})");
  ASSERT_TRUE(step) << step.error().text;
  EXPECT_EQ(step->at, std::chrono::milliseconds(5000));
  EXPECT_EQ(step->down, (LinkSettings{.kbps = 200, .queueMs = 300}));
  EXPECT_EQ(step->up, (LinkSettings{2.5, 4, 50, 20, true, 1, 30, 0.5, 0, 0, 4000, true}));
}

TEST(ScriptTest, ADirectionThatIsNotNamedStaysAsItIs) {
  const auto step = parseStep(R"({"up":{}})");
  ASSERT_TRUE(step);
  EXPECT_FALSE(step->at);
  EXPECT_EQ(step->up, LinkSettings{});
  EXPECT_FALSE(step->down);
}

TEST(ScriptTest, SaysWhatIsWrong) {
  const auto errorOf = [](std::string_view text) {
    const auto step = parseStep(text);
    return step ? std::string("none") : step.error().text;
  };
  EXPECT_THAT(errorOf("kbps"), HasSubstr("JSON"));
  EXPECT_THAT(errorOf("{}"), HasSubstr("neither"));
  EXPECT_THAT(errorOf(R"({"down":3})"), HasSubstr("down"));
  EXPECT_THAT(errorOf(R"({"down":{"kbps":-1}})"), HasSubstr("kbps"));
  EXPECT_THAT(errorOf(R"({"down":{"lossPercent":101}})"), HasSubstr("lossPercent"));
  EXPECT_THAT(errorOf(R"({"down":{"lossPerCent":5}})"),
              HasSubstr("down: lossPerCent is none of: lossPercent, "));
  EXPECT_THAT(errorOf(R"({"atms":5,"down":{}})"), HasSubstr("step: atms is none of: atMs, up, down"));
  EXPECT_THAT(errorOf(R"({"down":{"a, b":5}})"), HasSubstr("none of"));
}

TEST(ScriptTest, TellsTheSettingsAsTheyAreRead) {
  const LinkSettings down{.lossPercent = 5, .delayMs = 50, .kbps = 200};
  const std::string line = settingsLine(12, {}, down);
  EXPECT_THAT(line, HasSubstr(R"({"event":"settings","ms":12,"up":{"lossPercent":0,)"));
  EXPECT_THAT(line, HasSubstr(R"("down":{"lossPercent":5,"burstPackets":1,"delayMs":50,)"));
}

}  // namespace
}  // namespace tessera::impair
