// SPDX-License-Identifier: Apache-2.0
#include "wire/recording_files.h"

#include <gtest/gtest.h>

namespace tessera::wire {
namespace {

FinishedRecording finished() {
  FinishedRecording recording;
  recording.id = {"4k2mabcdefgh"};
  recording.room = {"standup"};
  recording.formats = {RecordingFormat::webm, RecordedVideo::copy, SoundCodec::opus, true};
  recording.startedAtMs = 1767225600000;
  recording.endedAtMs = 1767225660000;
  recording.durationMs = 59'500;
  recording.bytes = 123'456;
  recording.file = "standup.webm";
  recording.poster = "standup.jpg";
  recording.tracks = {{{"k3v9x0q2m7ab"}, "Ada \"L\"", "standup-k3v9x0q2m7ab.ogg"}};
  recording.why = Error{ErrorCode::io, "the disk is full"};
  recording.repairs = {"cut 12 bytes off part 1"};
  recording.chapters = {{0, "Start"}, {30'000, "Gap"}};
  TimelineEvent joined;
  joined.event = TimelineKind::joined;
  joined.atMs = 1767225600001;
  joined.id = {"k3v9x0q2m7ab"};
  joined.name = "Ada";
  joined.role = Role::moderator;
  recording.timeline = {{1, joined}};
  return recording;
}

TEST(RecordingFiles, APlanComesBackAsItWas) {
  RecordingPlan plan{{"4k2mabcdefgh"}, {"standup"}, "2026-standup", {}, 1767225600000, {}, {}, 0};
  EXPECT_EQ(encode(plan), R"({"version":1,"id":"4k2mabcdefgh","room":"standup","name":"2026-standup",)"
                          R"("formats":{"format":"mp4","video":"program","sound":"aac","tracks":false},)"
                          R"("startedAtMs":1767225600000,"attempts":0})");
  plan.endedAtMs = 1767225660000;
  plan.why = Error{ErrorCode::io, "the disk is full"};
  plan.attempts = 3;
  const auto again = decodeRecordingPlan(encode(plan));
  ASSERT_TRUE(again.has_value()) << again.error().text;
  EXPECT_EQ(encode(*again), encode(plan));
  EXPECT_EQ(again->why->text, "the disk is full");
  EXPECT_EQ(again->endedAtMs, 1767225660000);
}

TEST(RecordingFiles, AnEventHasTheMembersOfItsKind) {
  TimelineEvent event;
  event.atMs = 5;
  event.id = {"k3v9x0q2m7ab"};
  event.event = TimelineKind::screen;
  event.on = true;
  EXPECT_EQ(encode(event), R"({"atMs":5,"event":"screen","id":"k3v9x0q2m7ab","on":true})");
  event.event = TimelineKind::gap;
  EXPECT_EQ(encode(event), R"({"atMs":5,"event":"gap"})");
  EXPECT_FALSE(decodeTimelineEvent(R"({"atMs":5,"event":"screen","id":"k3v9x0q2m7ab"})").has_value());
  EXPECT_FALSE(decodeTimelineEvent(R"({"atMs":5,"event":"joi)").has_value()) << "cut off by a crash";
  const auto layout = decodeTimelineEvent(R"({"atMs":5,"event":"layout","layout":"side-by-side"})");
  ASSERT_TRUE(layout.has_value()) << layout.error().text;
  EXPECT_EQ(layout->layout, LayoutKind::sideBySide);
}

TEST(RecordingFiles, APointOfAPart) {
  const auto point = decodePartPoint(R"({"unixMs":1767225600000,"mediaMs":0,"event":"start"})");
  ASSERT_TRUE(point.has_value()) << point.error().text;
  EXPECT_EQ(point->event, PartPointKind::start);
  EXPECT_EQ(encode(*point), R"({"unixMs":1767225600000,"mediaMs":0,"event":"start"})");
}

TEST(RecordingFiles, ACompleteRecordingComesBackAsItWas) {
  const auto again = decodeFinishedRecording(encode(finished()));
  ASSERT_TRUE(again.has_value()) << again.error().text;
  EXPECT_EQ(encode(*again), encode(finished()));
  EXPECT_EQ(again->tracks.at(0).name, "Ada \"L\"");
  EXPECT_EQ(again->timeline.at(0).event.role, Role::moderator);
}

TEST(RecordingFiles, OfAnotherVersionIsNotGuessedAt) {
  std::string text = encode(finished());
  text.replace(text.find("\"version\":1"), 11, "\"version\":2");
  EXPECT_FALSE(decodeFinishedRecording(text).has_value());
}

TEST(RecordingFiles, WhatTesseraPostPrints) {
  EXPECT_EQ(encode(PostNews{0.5, {}, {}}), R"({"progress":0.5})");
  const auto done = decodePostNews(R"({"done":{"file":"a.mp4","durationMs":1000,"bytes":7}})");
  ASSERT_TRUE(done.has_value()) << done.error().text;
  EXPECT_EQ(done->done->bytes, 7);
  const auto error = decodePostNews(R"({"error":{"code":"io","text":"no room left"}})");
  ASSERT_TRUE(error.has_value()) << error.error().text;
  EXPECT_EQ(error->error->text, "no room left");
  EXPECT_FALSE(decodePostNews(R"({"progress":1.5})").has_value());
}

}  // namespace
}  // namespace tessera::wire
