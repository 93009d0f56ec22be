// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <sstream>

#include "conference_fixture.h"
#include "wire/recording_files.h"

namespace tessera::test {
namespace {

using wire::RecordAction;
using wire::RecordingNoticeState;
using wire::RecordingState;
using wire::TimelineKind;

class ConferenceRecording : public ConferenceTest {
 protected:
  RecordingId record() {
    const auto info = registry().startRecording(kRoom, {});
    EXPECT_TRUE(info.has_value()) << info.error().text;
    return info ? info->id : RecordingId{};
  }
  void tell(const RecordingId& id, RecordingPhase phase, std::int64_t mediaMs = 0, std::int64_t bytes = 0,
            Error why = {}) {
    host.last().events->onRecording({id, phase, mediaMs, bytes, std::move(why)});
  }
  std::string call(const RecordingId& id, const char* action) {
    return "recording " + id.value + " " + action;
  }
  wire::RecordingInfo info(const RecordingId& id) {
    const auto found = registry().describeRecording(id);
    EXPECT_TRUE(found.has_value());
    return found.value_or(wire::RecordingInfo{});
  }
  RecordingId onlyOne() {
    const auto list = registry().listRecordings();
    EXPECT_EQ(list.size(), 1U);
    return list.empty() ? RecordingId{} : list.front().id;
  }
  // The events in a timeline, as "joined Ada", "screen on", …
  std::vector<std::string> timeline(const RecordingId& id) {
    std::ifstream file(recordings().directoryOf(id) + "/timeline.jsonl");
    std::vector<std::string> events;
    for (std::string line; std::getline(file, line);) {
      const auto event = wire::decodeTimelineEvent(line);
      EXPECT_TRUE(event.has_value()) << line;
      if (event) events.push_back(inWords(*event));
    }
    return events;
  }
  static std::string inWords(const wire::TimelineEvent& event) {
    switch (event.event) {
      case TimelineKind::joined:
        return "joined " + event.name;
      case TimelineKind::left:
        return "left " + event.id.value;
      case TimelineKind::layout:
        return event.layout == LayoutKind::speaker ? "layout speaker" : "layout";
      case TimelineKind::screen:
        return event.on ? "screen on" : "screen off";
      case TimelineKind::speaker:
        return "speaker " + event.id.value;
      case TimelineKind::paused:
        return "paused";
      case TimelineKind::resumed:
        return "resumed";
      case TimelineKind::gap:
        return "gap";
      case TimelineKind::chapter:
        break;
    }
    return "chapter " + event.title;
  }
  bool tells(const RecordingId& id, const std::vector<std::string>& expected) {
    return runUntil([&] { return timeline(id) == expected; }, std::chrono::seconds(5));
  }
};

TEST_F(ConferenceRecording, IsStartedPausedResumedAndStoppedByTheApi) {
  const Client ada = joined("Ada");
  const RecordingId id = record();
  ASSERT_EQ(host.last().recordings.size(), 1U);
  EXPECT_EQ(host.last().recordings[0].directory, recordings().directoryOf(id));
  EXPECT_TRUE(std::filesystem::is_directory(host.last().recordings[0].directory));
  EXPECT_EQ(ada->last<wire::RecordingNotice>().state, RecordingNoticeState::recording);
  EXPECT_GT(ada->last<wire::RecordingNotice>().sinceMs, 0);

  ASSERT_TRUE(registry().controlRecording(kRoom, id, RecordingAction::pause).has_value());
  EXPECT_TRUE(called(call(id, "pause")));
  EXPECT_EQ(info(id).state, RecordingState::paused);
  EXPECT_EQ(ada->last<wire::RecordingNotice>().state, RecordingNoticeState::paused);
  EXPECT_EQ(registry().controlRecording(kRoom, id, RecordingAction::pause).error().code, ErrorCode::conflict);

  ASSERT_TRUE(registry().controlRecording(kRoom, id, RecordingAction::resume).has_value());
  EXPECT_TRUE(called(call(id, "resume")));
  tell(id, RecordingPhase::recording, 3'000, 500);
  EXPECT_EQ(info(id).state, RecordingState::recording);
  EXPECT_EQ(info(id).durationMs, 3'000);
  EXPECT_EQ(info(id).bytes, 500);

  ASSERT_TRUE(registry().controlRecording(kRoom, id, RecordingAction::stop).has_value());
  EXPECT_TRUE(called(call(id, "stop")));
  EXPECT_EQ(ada->last<wire::RecordingNotice>().state, RecordingNoticeState::none);
  EXPECT_EQ(info(id).state, RecordingState::recording) << "until its files are closed";
  EXPECT_EQ(registry().controlRecording(kRoom, id, RecordingAction::stop).error().code, ErrorCode::notFound);
  tell(id, RecordingPhase::stopped, 4'000, 600);
  EXPECT_EQ(info(id).state, RecordingState::finishing);
  EXPECT_EQ(info(id).durationMs, 4'000);
  EXPECT_TRUE(tells(id, {"joined Ada", "paused", "resumed"}));
}

TEST_F(ConferenceRecording, ThoseWhoComeLaterHearOfItToo) {
  const Client ada = joined("Ada");
  record();
  const Client grace = joined("Grace");
  EXPECT_EQ(grace->last<wire::Welcome>().recording.state, RecordingNoticeState::recording);
}

TEST_F(ConferenceRecording, TheModeratorAndNobodyElseHasItByTheProtocol) {
  const Client ada = joined("Ada"), grace = joined("Grace");
  grace->say(wire::ClientRecord{RecordAction::start});
  EXPECT_EQ(grace->lastError(), ErrorCode::forbidden);
  ada->say(wire::ClientRecord{RecordAction::stop});
  EXPECT_EQ(ada->lastError(), ErrorCode::conflict);
  ada->say(wire::ClientRecord{RecordAction::start});
  const RecordingId id = onlyOne();
  EXPECT_EQ(grace->last<wire::RecordingNotice>().state, RecordingNoticeState::recording);
  ada->messages.clear();
  ada->say(wire::ClientRecord{RecordAction::start});
  EXPECT_EQ(ada->lastError(), ErrorCode::conflict);
  ada->say(wire::ClientRecord{RecordAction::pause});
  EXPECT_TRUE(called(call(id, "pause")));
  ada->say(wire::ClientRecord{RecordAction::stop});
  EXPECT_TRUE(called(call(id, "stop")));
}

TEST_F(ConferenceRecording, ByConfigurationItBeginsWithTheFirstAndStandsStillWhileNobodyIsThere) {
  settings.room.recording.record = config::Record::always;
  settings.room.recording.formats.format = RecordingFormat::webm;
  const Client ada = joined("Ada");
  const RecordingId id = onlyOne();
  EXPECT_EQ(host.last().recordings.at(0).formats.format, RecordingFormat::webm);
  EXPECT_EQ(host.last().recordings.at(0).formats.sound, SoundCodec::opus) << "what it has";
  EXPECT_FALSE(host.last().recordings.at(0).paused);
  EXPECT_EQ(ada->last<wire::Welcome>().recording.state, RecordingNoticeState::recording);
  ada->say(wire::Leave{});
  EXPECT_TRUE(called(call(id, "pause")));
  EXPECT_EQ(info(id).state, RecordingState::paused);
  const Client grace = joined("Grace");
  EXPECT_TRUE(called(call(id, "resume")));
  EXPECT_EQ(registry().listRecordings().size(), 1U);
  ASSERT_TRUE(registry().controlRecording(kRoom, id, RecordingAction::stop).has_value());
  tell(id, RecordingPhase::stopped);
  const Client joan = joined("Joan");
  EXPECT_EQ(registry().listRecordings().size(), 1U) << "stopped by somebody, it stays so";
}

TEST_F(ConferenceRecording, OneThatWasAskedForGoesOnInAnEmptyRoom) {
  ASSERT_TRUE(registry().createRoom({kRoom, ""}).has_value());
  const RecordingId id = record();
  EXPECT_FALSE(host.last().recordings.at(0).paused);
  const Client ada = joined("Ada");
  ada->say(wire::Leave{});
  EXPECT_EQ(info(id).state, RecordingState::recording);
}

TEST_F(ConferenceRecording, GoesOnInTheNextProcessWithAGap) {
  const Client ada = joined("Ada");
  const RecordingId id = record();
  tell(id, RecordingPhase::recording, 7'000, 100);
  crash();
  EXPECT_EQ(host.processes.size(), 2U);
  ASSERT_EQ(host.last().recordings.size(), 1U);
  EXPECT_EQ(host.last().recordings[0].id, id);
  EXPECT_EQ(host.last().recordings[0].part, 2);
  EXPECT_FALSE(host.last().recordings[0].paused);
  tell(id, RecordingPhase::recording, 1'000, 10);
  EXPECT_EQ(info(id).durationMs, 8'000);
  EXPECT_EQ(info(id).bytes, 110);
  EXPECT_TRUE(tells(id, {"joined Ada", "gap"}));
  EXPECT_EQ(ada->last<wire::RecordingNotice>().state, RecordingNoticeState::recording);
}

TEST_F(ConferenceRecording, APausedOneStaysSoInTheNextProcess) {
  const Client ada = joined("Ada");
  const RecordingId id = record();
  ASSERT_TRUE(registry().controlRecording(kRoom, id, RecordingAction::pause).has_value());
  crash();
  EXPECT_TRUE(host.last().recordings.at(0).paused);
  EXPECT_EQ(info(id).state, RecordingState::paused);
}

TEST_F(ConferenceRecording, AProcessThatDiesWhileItStopsHasStopped) {
  const Client ada = joined("Ada");
  const RecordingId id = record();
  ASSERT_TRUE(registry().controlRecording(kRoom, id, RecordingAction::stop).has_value());
  crash();
  EXPECT_EQ(info(id).state, RecordingState::finishing);
}

TEST_F(ConferenceRecording, AFailureIsToldAndTheMeetingGoesOn) {
  const Client ada = joined("Ada");
  const RecordingId id = record();
  tell(id, RecordingPhase::failed, 5'000, 500, {ErrorCode::io, "the disk is full"});
  const auto notice = ada->last<wire::RecordingNotice>();
  EXPECT_EQ(notice.state, RecordingNoticeState::none);
  ASSERT_TRUE(notice.error.has_value());
  EXPECT_EQ(notice.error->text, "the disk is full");
  EXPECT_EQ(info(id).state, RecordingState::finishing) << "what there is becomes a file";
  EXPECT_EQ(info(id).error->text, "the disk is full");
  EXPECT_TRUE(ada->byes.empty());
  EXPECT_EQ(entries().size(), 1U);
  record();
  EXPECT_FALSE(ada->last<wire::RecordingNotice>().error.has_value()) << "another one has begun";
}

TEST_F(ConferenceRecording, EndsWithTheRoom) {
  const Client ada = joined("Ada");
  const RecordingId id = record();
  const auto process = host.processes.back();
  ASSERT_TRUE(registry().endRoom(kRoom).has_value());
  EXPECT_EQ(process->calls.back(), call(id, "stop"));
  EXPECT_TRUE(process->closed);
  EXPECT_EQ(info(id).state, RecordingState::finishing);
  EXPECT_FALSE(info(id).error.has_value());
}

TEST_F(ConferenceRecording, ARoomThatFailsForGoodLeavesARecordingThatSaysSo) {
  const Client ada = joined("Ada");
  const RecordingId id = record();
  host.refuses = true;
  crash();
  EXPECT_EQ(info(id).state, RecordingState::finishing);
  EXPECT_EQ(info(id).error->code, ErrorCode::roomFailed);
}

TEST_F(ConferenceRecording, TheTimelineTellsWhoWasThereAndWhatWasShown) {
  const Client ada = joined("Ada");
  const RecordingId id = record();
  const Client grace = joined("Grace");
  ASSERT_TRUE(tells(id, {"joined Ada", "joined Grace"}));
  Picture picture;
  picture.layout = LayoutKind::speaker;
  host.last().events->onPicture(picture);
  host.last().events->onSpeaking({{{grace->id()}, -20, true, true}});
  host.last().events->onSpeaking({{{grace->id()}, -30, true, true}});
  ASSERT_TRUE(tells(id, {"joined Ada", "joined Grace", "layout speaker", "speaker " + grace->id()}));
  ada->say(wire::ClientScreen{wire::ScreenAction::start});
  ASSERT_TRUE(runUntil([&] { return timeline(id).size() == 5; }));
  ada->say(wire::Leave{});
  EXPECT_TRUE(tells(id, {"joined Ada", "joined Grace", "layout speaker", "speaker " + grace->id(),
                         "screen on", "screen off", "left " + ada->id()}));
}

TEST_F(ConferenceRecording, ARoomHasAtMostFour) {
  const Client ada = joined("Ada");
  for (int i = 0; i < 4; ++i) record();
  EXPECT_EQ(registry().startRecording(kRoom, {}).error().code, ErrorCode::tooMany);
}

TEST_F(ConferenceRecording, WhatDoesNotGoTogetherIsRefused) {
  const Client ada = joined("Ada");
  wire::StartRecordingRequest request;
  request.format = RecordingFormat::webm;
  request.sound = SoundCodec::aac;
  EXPECT_EQ(registry().startRecording(kRoom, request).error().code, ErrorCode::badRequest);
  request = {};
  request.format = RecordingFormat::ogg;
  request.video = RecordedVideo::copy;
  EXPECT_EQ(registry().startRecording(kRoom, request).error().code, ErrorCode::badRequest);
  request.video.reset();
  ASSERT_TRUE(registry().startRecording(kRoom, request).has_value());
  EXPECT_EQ(host.last().recordings.back().formats.sound, SoundCodec::opus);
  EXPECT_EQ(registry().startRecording({"elsewhere"}, {}).error().code, ErrorCode::notFound);
}

}  // namespace
}  // namespace tessera::test
