// SPDX-License-Identifier: Apache-2.0
#include "server/recording_store.h"

#include <sys/stat.h>
#include <unistd.h>

#include "recording_fixture.h"

namespace tessera::test {
namespace {

using testing::Test;

class Store : public RecordingTest {};

TEST_F(Store, MakesItsDirectoryForItselfAlone) {
  store();
  struct stat info {};
  ASSERT_EQ(stat(policy.directory.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
}

TEST_F(Store, ARecordingBeginsWithWhatItIsOnTheDisk) {
  const auto info = begin();
  ASSERT_TRUE(info.has_value()) << info.error().text;
  EXPECT_EQ(info->state, State::recording);
  const wire::RecordingPlan plan = planOf(info->id);
  EXPECT_EQ(plan.id, info->id);
  EXPECT_EQ(plan.room.value, "here");
  EXPECT_NE(plan.name.find("here-" + info->id.value), std::string::npos) << plan.name;
  EXPECT_FALSE(plan.endedAtMs.has_value());
  EXPECT_TRUE(store().file(info->id, "file").error().code == ErrorCode::conflict);
  EXPECT_EQ(store().remove(info->id).error().code, ErrorCode::conflict);
}

// Two servers of one user have the same state directory unless they are told otherwise.
TEST_F(Store, ASecondServerLeavesTheRecordingsOfTheFirstAlone) {
  const RecordingId id = begin()->id;
  server::RecordingStore second(policy, environment);
  second.open();
  EXPECT_TRUE(second.list().empty());
  const auto refused = second.begin({"there"}, {}, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().text.find("another server"), std::string::npos) << refused.error().text;
  EXPECT_FALSE(planOf(id).endedAtMs.has_value());
  EXPECT_EQ(stateOf(id), State::recording);
}

TEST_F(Store, WhatHappensIsAppendedToTheTimeline) {
  const RecordingId id = begin()->id;
  wire::TimelineEvent event;
  event.event = wire::TimelineKind::gap;
  for (event.atMs = 1; event.atMs <= 2; ++event.atMs) store().note(id, event);
  const std::string file = store().directoryOf(id) + "/timeline.jsonl";
  EXPECT_TRUE(runUntil([&] {
    return textOf(file) == "{\"atMs\":1,\"event\":\"gap\"}\n{\"atMs\":2,\"event\":\"gap\"}\n";
  })) << textOf(file);
}

TEST_F(Store, OneThatIsOverIsFinishedAndTold) {
  const RecordingId id = begin()->id;
  store().update(id, State::recording, 4'000, 100);
  post(making(finished(id, planOf(id).name), planOf(id).name));
  store().finish(id, {});
  EXPECT_EQ(stateOf(id), State::finishing);
  ASSERT_TRUE(reaches(id, State::complete));
  const auto info = store().describe(id);
  EXPECT_EQ(info->durationMs, 5'000);
  ASSERT_EQ(finals.size(), 1U);
  EXPECT_EQ(finals[0].second, policy.directory + "/" + info->file);
  EXPECT_EQ(textOf(*store().file(id, "file")), "media\n");
  EXPECT_EQ(textOf(*store().file(id, "poster")), "media\n");
  EXPECT_EQ(textOf(*store().file(id, info->tracks.at(0))), "media\n");
  EXPECT_NE(textOf(*store().file(id, "timeline")).find("\"durationMs\":5000"), std::string::npos);
}

TEST_F(Store, MayHaveAnotherNameThanItWasToHave) {
  const RecordingId id = begin()->id;
  post(making(finished(id, "another"), "another") +
       "; echo '{\"done\":{\"file\":\"another.mp4\",\"durationMs\":5000,\"bytes\":18}}'");
  store().finish(id, {});
  ASSERT_TRUE(reaches(id, State::complete));
  EXPECT_EQ(*store().file(id, "file"), policy.directory + "/another.mp4");
  EXPECT_EQ(*store().file(id, "timeline"), policy.directory + "/another.json");
}

TEST_F(Store, OnlyTheFilesOfARecordingCanBeHad) {
  leaveComplete({"4k2mabcdefgh"}, "first");
  leaveComplete({"5k2mabcdefgh"}, "second");
  writeText(folder.path() + "/secret", "secret");
  for (const char* what :
       {"", "..", "../secret", "/etc/passwd", "second.mp4", "first.mp4", ".work", "first.json"})
    EXPECT_EQ(store().file({"4k2mabcdefgh"}, what).error().code, ErrorCode::notFound) << what;
  EXPECT_EQ(store().file({"../secret"}, "file").error().code, ErrorCode::notFound);
}

TEST_F(Store, AJsonThatNamesOtherFilesIsNotTrusted) {
  fs::create_directories(policy.directory);
  wire::FinishedRecording made = finished({"4k2mabcdefgh"}, "first");
  made.file = "../secret";
  writeText(folder.path() + "/secret", "secret");
  writeText(policy.directory + "/first.json", encode(made));
  EXPECT_TRUE(store().list().empty());
}

TEST_F(Store, ListsTheNewestFirstAfterARestart) {
  leaveComplete({"4k2mabcdefgh"}, "first");
  const RecordingId id = begin()->id;
  ASSERT_EQ(store().list().size(), 2U);
  EXPECT_EQ(store().list()[0].id, id);
  EXPECT_EQ(store().list()[1].state, State::complete);
  EXPECT_EQ(store().list()[1].tracks.at(0), "first-k3v9x0q2m7ab.ogg");
}

TEST_F(Store, WhatAServerThatDiedHasLeftIsFinishedAtTheNextStart) {
  leaveUnfinished({"4k2mabcdefgh"}, "first");
  post(making(finished({"4k2mabcdefgh"}, "first"), "first"));
  const auto info = store().describe({"4k2mabcdefgh"});
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->state, State::finishing);
  EXPECT_EQ(info->durationMs, 3'000) << "as the last whole line of the part says";
  EXPECT_TRUE(reaches({"4k2mabcdefgh"}, State::complete));
}

TEST_F(Store, TheEndOfOneThatWasLeftIsThatOfItsLastPart) {
  leaveUnfinished({"4k2mabcdefgh"}, "first");
  post("exec sleep 100");
  store();
  EXPECT_TRUE(runUntil([&] { return planOf({"4k2mabcdefgh"}).endedAtMs == 1'767'225'603'000; }));
}

TEST_F(Store, AHalfDoneRunIsBegunAnewAtTheNextStart) {
  const RecordingId id = begin()->id;
  const std::string started = folder.path() + "/started";
  post("touch " + started + "; exec sleep 100");
  store().finish(id, {});
  ASSERT_TRUE(runUntil([&] { return fs::exists(started); }));
  store().shutDown();
  EXPECT_TRUE(runUntil([&] { return store().idle(); })) << "it is killed";
  restart();
  EXPECT_EQ(planOf(id).attempts, 0) << "the server's going down is not the recording's fault";
  post(making(finished(id, planOf(id).name), planOf(id).name));
  EXPECT_TRUE(reaches(id, State::complete));
}

TEST_F(Store, AFailureIsTriedAgainAndCountedOnTheDisk) {
  const RecordingId id = begin()->id;
  const std::string runs = folder.path() + "/runs";
  post("echo run >> " + runs + "; echo '{\"error\":{\"code\":\"internal\",\"text\":\"oh\"}}'; kill -SEGV $$");
  store().finish(id, Error{ErrorCode::io, "the disk is full"});
  ASSERT_TRUE(reaches(id, State::failed));
  EXPECT_EQ(textOf(runs), "run\nrun\nrun\nrun\nrun\n");
  EXPECT_EQ(store().describe(id)->error->text, "oh");
  EXPECT_EQ(store().sample().postFailures, 5U);
  ASSERT_EQ(finals.size(), 1U);
  EXPECT_EQ(finals[0].first.state, State::failed);
  EXPECT_TRUE(runUntil([&] { return planOf(id).attempts == 5; }));
  post(making(finished(id, planOf(id).name), planOf(id).name));
  restart();
  EXPECT_EQ(stateOf(id), State::finishing) << "the next start tries it again";
  ASSERT_TRUE(reaches(id, State::complete));
  EXPECT_EQ(store().describe(id)->error->text, "the disk is full")
      << "why the recording ended, not why a run failed";
}

TEST_F(Store, AFullDiskIsWaitedForHoweverLongItTakes) {
  const RecordingId id = begin()->id;
  const std::string name = planOf(id).name;
  post("echo '{\"error\":{\"code\":\"io\",\"text\":\"no room\"}}'; exit 3");
  store().finish(id, {});
  ASSERT_TRUE(runUntil([&] { return store().sample().postFailures > 6; }));
  EXPECT_EQ(stateOf(id), State::finishing);
  EXPECT_EQ(planOf(id).attempts, 0);
  EXPECT_TRUE(finals.empty());
  post(making(finished(id, name), name));
  EXPECT_TRUE(reaches(id, State::complete));
}

TEST_F(Store, OneThatWaitsForTheDiskCanBeDeleted) {
  policy.retryAfter = {std::chrono::hours(1)};
  const RecordingId id = begin()->id;
  post("exit 3");
  store().finish(id, {});
  EXPECT_EQ(store().remove(id).error().code, ErrorCode::conflict) << "it is being worked on";
  ASSERT_TRUE(runUntil([&] { return store().sample().postFailures == 1; }));
  ASSERT_TRUE(store().remove(id).has_value());
  EXPECT_TRUE(runUntil([&] { return files().empty(); }));
}

// As when the plan could not be written while the disk was full.
TEST_F(Store, WhyItEndedEarlyIsKept) {
  const RecordingId id = begin()->id;
  const std::string plan = store().directoryOf(id) + "/recording.json", name = planOf(id).name;
  fs::create_directory(plan + ".new");
  const std::string saved = folder.path() + "/saved";
  post("rmdir $1/recording.json.new; cp $1/recording.json " + saved + "; exit 3");
  store().finish(id, Error{ErrorCode::io, "the disk is full"});
  ASSERT_TRUE(runUntil([&] { return fs::exists(saved); }));
  EXPECT_EQ(textOf(saved).find("the disk is full"), std::string::npos);
  EXPECT_TRUE(runUntil([&] { return textOf(saved).find("the disk is full") != std::string::npos; }))
      << "it is there for the next run";
  post(making(finished(id, name), name));
  ASSERT_TRUE(reaches(id, State::complete));
  EXPECT_EQ(store().describe(id)->error.value_or(Error{}).text, "the disk is full")
      << "the file says nothing of it";
}

TEST_F(Store, WhatNothingCanBeMadeOfIsNotTriedAgain) {
  const RecordingId id = begin()->id;
  post("echo run >> " + folder.path() + "/runs; exit 1");
  store().finish(id, Error{ErrorCode::io, "the disk is full"});
  ASSERT_TRUE(reaches(id, State::failed));
  EXPECT_EQ(textOf(folder.path() + "/runs"), "run\n");
  EXPECT_TRUE(runUntil([&] { return planOf(id).attempts == server::RecordingStore::kHopeless; }));
  restart();
  EXPECT_EQ(stateOf(id), State::failed) << "given up for good";
  EXPECT_TRUE(store().describe(id)->error.has_value());
}

TEST_F(Store, AProgramThatCannotBeRunIsNoFaultOfTheRecording) {
  const RecordingId id = begin()->id;
  fs::remove(environment.program);
  store().finish(id, {});
  ASSERT_TRUE(runUntil([&] { return store().sample().postFailures > 6; }));
  EXPECT_EQ(stateOf(id), State::finishing);
  post(making(finished(id, planOf(id).name), planOf(id).name));
  EXPECT_TRUE(reaches(id, State::complete));
}

TEST_F(Store, OneThatSaysThatItIsDoneAndIsNotIsTriedAgain) {
  const RecordingId id = begin()->id;
  post("exit 0");
  store().finish(id, {});
  EXPECT_TRUE(reaches(id, State::failed));
}

TEST_F(Store, IsDeletedWithAllItsFiles) {
  leaveComplete({"4k2mabcdefgh"}, "first");
  leaveComplete({"5k2mabcdefgh"}, "second");
  ASSERT_TRUE(store().remove({"4k2mabcdefgh"}).has_value());
  EXPECT_EQ(store().describe({"4k2mabcdefgh"}).error().code, ErrorCode::notFound);
  EXPECT_TRUE(runUntil([&] { return files().size() == 4; }));
  for (const std::string& name : files()) EXPECT_EQ(name.find("first"), std::string::npos) << name;
}

TEST_F(Store, ADeletionThatFailsBringsItBackWithTheError) {
  leaveComplete({"4k2mabcdefgh"}, "first");
  leaveUnfinished({"5k2mabcdefgh"}, "second", server::RecordingStore::kHopeless);
  for (const RecordingId& id : {RecordingId{"4k2mabcdefgh"}, RecordingId{"5k2mabcdefgh"}}) {
    store();
    const std::string inTheWay = policy.directory + "/.work/" + id.value + ".deleted";
    fs::create_directories(inTheWay + "/directory");
    ASSERT_TRUE(store().remove(id).has_value());
    EXPECT_EQ(stateOf(id), std::nullopt);
    ASSERT_TRUE(reaches(id, State::failed));
    EXPECT_NE(store().describe(id)->error->text.find("deleting"), std::string::npos);
    fs::remove_all(inTheWay);
    ASSERT_TRUE(store().remove(id).has_value());
  }
  EXPECT_TRUE(runUntil([&] { return files().empty(); }));
}

TEST_F(Store, AFailedOneIsDeletedWithWhatWasLeftOfIt) {
  leaveUnfinished({"4k2mabcdefgh"}, "first", server::RecordingStore::kHopeless);
  ASSERT_EQ(stateOf({"4k2mabcdefgh"}), State::failed);
  ASSERT_TRUE(store().remove({"4k2mabcdefgh"}).has_value());
  EXPECT_TRUE(runUntil([&] { return files().empty(); }));
}

TEST_F(Store, ADeletionThatWasCutShortIsDoneAtTheNextStart) {
  leaveComplete({"4k2mabcdefgh"}, "first");
  fs::rename(policy.directory + "/first.json", policy.directory + "/.work/4k2mabcdefgh.deleted");
  EXPECT_TRUE(store().list().empty());
  EXPECT_TRUE(files().empty());
}

TEST_F(Store, OldOnesAreDroppedButNotAtTheStartAndNotWhatHasFailed) {
  policy.retention = std::chrono::hours(24);
  policy.retentionEvery = std::chrono::milliseconds(5);
  leaveUnfinished({"6k2mabcdefgh"}, "failed", server::RecordingStore::kHopeless);
  leaveComplete({"4k2mabcdefgh"}, "old");
  leaveComplete({"5k2mabcdefgh"}, "young",
                std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::system_clock::now().time_since_epoch() - std::chrono::hours(23))
                    .count());
  EXPECT_EQ(store().list().size(), 3U) << "the clock may not be right yet";
  EXPECT_TRUE(runUntil([&] { return store().list().size() == 2; }));
  EXPECT_TRUE(stateOf({"5k2mabcdefgh"}).has_value());
  EXPECT_EQ(stateOf({"6k2mabcdefgh"}), State::failed);
}

TEST_F(Store, WithoutAPlaceTheServerStartsAndRecordingIsRefused) {
  writeText(folder.path() + "/file", "");
  policy.directory = folder.path() + "/file/recordings";
  const auto info = begin();
  ASSERT_FALSE(info.has_value());
  EXPECT_EQ(info.error().code, ErrorCode::io);
  EXPECT_NE(info.error().text.find(folder.path() + "/file"), std::string::npos) << info.error().text;
}

TEST_F(Store, TheQuotaStopsARecordingAndRefusesTheNext) {
  policy.quotaBytes = 100'000;
  policy.checkEvery = std::chrono::milliseconds(5);
  const auto info = begin();
  ASSERT_TRUE(info.has_value()) << info.error().text;
  store().update(info->id, State::recording, 1'000, 100'000);
  post("exit 1");
  ASSERT_TRUE(runUntil([&] { return !stops.empty(); }));
  EXPECT_EQ(stops[0].first, info->id);
  EXPECT_NE(stops[0].second.find("quota"), std::string::npos);
  EXPECT_EQ(store().describe(info->id)->error->text, stops[0].second);
  EXPECT_EQ(begin().error().text, stops[0].second);
}

TEST_F(Store, WhatIsKeptFreeIsMoreByWhatIsUnfinished) {
  policy.checkEvery = std::chrono::milliseconds(5);
  const auto info = begin();
  ASSERT_TRUE(info.has_value()) << info.error().text;
  const std::int64_t free = store().sample().freeBytes;
  ASSERT_GT(free, 0);
  store().update(info->id, State::recording, 1'000, free + 1'000'000'000'000);
  EXPECT_TRUE(runUntil([&] { return !stops.empty(); })) << "its file would not have room";
  EXPECT_NE(stops.at(0).second.find("full"), std::string::npos);
}

TEST_F(Store, CountsByState) {
  leaveComplete({"4k2mabcdefgh"}, "first");
  leaveUnfinished({"5k2mabcdefgh"}, "second", server::RecordingStore::kHopeless);
  const auto begun = begin();
  ASSERT_TRUE(begun.has_value());
  const std::int64_t live = server::bytesBelow(store().directoryOf(begun->id));  // its plan
  const auto sample = store().sample();
  EXPECT_EQ(sample.byState.at(State::complete), 1);
  EXPECT_EQ(sample.byState.at(State::failed), 1);
  EXPECT_EQ(sample.byState.at(State::recording), 1);
  EXPECT_EQ(sample.usedBytes, server::bytesBelow(policy.directory) - live)
      << "known without a look at the disk";
}

}  // namespace
}  // namespace tessera::test
