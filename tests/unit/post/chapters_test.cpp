// SPDX-License-Identifier: Apache-2.0
#include "post/chapters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tessera::post {
namespace {

using wire::FinishedChapter;
using wire::PartPointKind;
using wire::TimelineEvent;
using wire::TimelineKind;

constexpr std::int64_t kNoon = 1'769'860'800'000;

MATCHER_P2(IsChapter, atMs, title, "") {
  return arg.mediaMs == atMs && arg.title == title;
}

PartTimes part(std::int64_t unixMs, std::int64_t baseMs, std::int64_t lengthMs) {
  return {baseMs,
          lengthMs,
          0,
          {{unixMs, 0, PartPointKind::start}, {unixMs + lengthMs, lengthMs, PartPointKind::stop}}};
}

TimelineEvent joined(std::string id, std::string name) {
  TimelineEvent event{kNoon, TimelineKind::joined, {std::move(id)}};
  event.name = std::move(name);
  return event;
}

TimelineEvent screen(std::int64_t atMs, std::string id, bool on) {
  TimelineEvent event{kNoon + atMs, TimelineKind::screen, {std::move(id)}};
  event.on = on;
  return event;
}

TimelineEvent mark(std::int64_t atMs, std::string title) {
  TimelineEvent event{kNoon + atMs, TimelineKind::chapter};
  event.title = std::move(title);
  return event;
}

TEST(LengthInWords, IsAsPeopleSayIt) {
  EXPECT_EQ(lengthInWords(200), "1 s");
  EXPECT_EQ(lengthInWords(44'600), "45 s");
  EXPECT_EQ(lengthInWords(180'000), "3 min");
  EXPECT_EQ(lengthInWords(3'900'000), "65 min");
  EXPECT_EQ(lengthInWords(7'500'000), "2 h 5 min");
}

TEST(Chapters, BeginWithTheStart) {
  const MeetingClock clock({part(kNoon, 0, 60'000)}, kNoon);
  EXPECT_THAT(makeChapters(clock, {}, 60'000), testing::ElementsAre(IsChapter(0, "Start")));
}

TEST(Chapters, TellPausesGapsAndScreensInOrder) {
  PartTimes first{0,
                  30'000,
                  0,
                  {{kNoon, 0, PartPointKind::start},
                   {kNoon + 10'000, 10'000, PartPointKind::pause},
                   {kNoon + 190'000, 10'000, PartPointKind::resume},
                   {kNoon + 210'000, 30'000, PartPointKind::tick}}};
  const MeetingClock clock({first, part(kNoon + 214'000, 30'000, 30'000)}, kNoon);
  const std::vector<TimelineEvent> timeline{joined("ada", "Ada"), screen(200'000, "ada", true),
                                            screen(205'000, "ada", false), screen(220'000, "bob", true),
                                            mark(230'000, "Vote")};
  EXPECT_THAT(
      makeChapters(clock, timeline, 60'000),
      testing::ElementsAre(IsChapter(0, "Start"), IsChapter(10'000, "Paused for 3 min"),
                           IsChapter(20'000, "Ada shares a screen"), IsChapter(30'000, "Interrupted for 4 s"),
                           IsChapter(36'000, "Somebody shares a screen"), IsChapter(46'000, "Vote")));
}

TEST(Chapters, SayInOneWhatHappensAtOnce) {
  const MeetingClock clock({part(kNoon, 0, 60'000)}, kNoon);
  const auto chapters = makeChapters(
      clock, {joined("ada", "Ada"), screen(100, "ada", true), mark(20'000, "A"), mark(20'300, "B")}, 60'000);
  EXPECT_THAT(chapters,
              testing::ElementsAre(IsChapter(0, "Start, Ada shares a screen"), IsChapter(20'000, "A, B")));
}

// A part that ended since the picture changed its size, say.
TEST(Chapters, PassOverAGapThatNobodyNotices) {
  const MeetingClock clock({part(kNoon, 0, 10'000), part(kNoon + 10'200, 10'000, 10'000)}, kNoon);
  EXPECT_EQ(makeChapters(clock, {}, 20'000).size(), 1u);
}

// A spare process is quick; the meeting should know all the same.
TEST(Chapters, TellAGapThatTheServerNoticedHoweverShort) {
  const MeetingClock clock({part(kNoon, 0, 10'000), part(kNoon + 10'200, 10'000, 10'000)}, kNoon);
  const TimelineEvent died{kNoon + 10'400, TimelineKind::gap};
  EXPECT_THAT(makeChapters(clock, {died}, 20'000),
              testing::ElementsAre(IsChapter(0, "Start"), IsChapter(10'000, "Interrupted for 1 s")));
}

TEST(Chapters, DoNotBeginWhereTheFileEnds) {
  const MeetingClock clock({part(kNoon, 0, 10'000)}, kNoon);
  EXPECT_EQ(makeChapters(clock, {mark(9990, "Late"), mark(99'000, "After")}, 10'000).size(), 1u);
}

TEST(Chapters, AreBoundedInNumberAndLength) {
  const MeetingClock clock({part(kNoon, 0, 10'000'000)}, kNoon);
  std::vector<TimelineEvent> timeline;
  for (int i = 1; i < 2000; ++i) timeline.push_back(mark(i * 1000, "x"));
  for (int i = 0; i < 1000; ++i) timeline.push_back(mark(100, "\xc3\xa9"));
  const auto chapters = makeChapters(clock, timeline, 10'000'000);
  EXPECT_EQ(chapters.size(), 255u);
  EXPECT_LE(chapters[0].title.size(), 256u);
  EXPECT_TRUE(chapters[0].title.ends_with("\xc3\xa9") || chapters[0].title.ends_with(" ") ||
              chapters[0].title.ends_with(","))
      << "cut within a character";
}

}  // namespace
}  // namespace tessera::post
