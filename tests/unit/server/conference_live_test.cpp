// SPDX-License-Identifier: Apache-2.0
// Live outputs of rooms, and sources that take part in them.
#include <filesystem>
#include <fstream>

#include "conference_fixture.h"
#include "server/hls_folders.h"

namespace tessera::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

const char* const kTarget = "rtmp://live.example.org/app/streamkey";
const char* const kCamera = "rtsp://viewer:camerasecret@192.0.2.7/stream1";

class ConferenceLiveTest : public ConferenceTest {
 protected:
  ConferenceLiveTest() { settings.outputs.hlsDirectory = folder.path() + "/hls"; }

  Result<wire::OutputInfo> addOutput(const std::string& url) {
    return registry().addOutput(kRoom, {OutputKind::rtmp, url});
  }
  Result<wire::SourceInfo> addSource(const std::string& url, const std::string& name = "Camera") {
    return registry().addSource(kRoom, {name, url, false});
  }
  std::vector<wire::OutputInfo> outputs() { return registry().listOutputs(kRoom).value(); }
  std::vector<wire::SourceInfo> sources() { return registry().listSources(kRoom).value(); }
  void report(const OutputId& id, OutputPhase phase, const std::string& why = "", int reconnects = 0) {
    host.last().events->onOutput({id, phase, 2500, 3, reconnects, 100, {ErrorCode::io, why}});
  }
  void report(const ParticipantId& id, SourcePhase phase, bool video = true, const std::string& why = "") {
    host.last().events->onSource({id, phase, video, true, 0, {ErrorCode::io, why}});
  }
  std::optional<wire::RosterEntry> entryOf(const ParticipantId& id) {
    for (const wire::RosterEntry& entry : entries())
      if (entry.id == id) return entry;
    return std::nullopt;
  }
  template <class T>
  static bool saw(const T& all, const std::function<bool(const typename T::value_type&)>& wanted) {
    return std::any_of(all.begin(), all.end(), wanted);
  }
};

TEST_F(ConferenceLiveTest, OutputsGoWhereTheListSays) {
  settings.outputs.allow = {"rtmp://live.example.org/app/*"};
  const auto ada = joined("Ada");
  const auto added = addOutput("rtmp://LIVE.example.org./app/streamkey").value();
  EXPECT_EQ(added.target, "rtmp://live.example.org/app/…");
  EXPECT_EQ(host.last().outputs.at(0).target, kTarget) << "in the one spelling";
  EXPECT_EQ(host.last().outputs.at(0).id, added.status.id);
  EXPECT_EQ(addOutput(kTarget).error().code, ErrorCode::conflict);
  EXPECT_EQ(addOutput("rtmp://evil.example.org/app/key").error().code, ErrorCode::forbidden);
  EXPECT_EQ(addOutput("rtmp://live.example.org@evil.example.org/app/key").error().code, ErrorCode::forbidden);
  EXPECT_EQ(addOutput("rtmp://live.example.org/app/../other/key").error().code, ErrorCode::badRequest);
  EXPECT_EQ(addOutput("http://live.example.org/app/key").error().code, ErrorCode::badRequest);
  EXPECT_EQ(registry().addOutput({"none"}, {OutputKind::rtmp, kTarget}).error().code, ErrorCode::notFound);
  EXPECT_EQ(outputs().size(), 1u);
  EXPECT_TRUE(registry().removeOutput(kRoom, added.status.id).has_value());
  EXPECT_TRUE(called("no output " + added.status.id.value));
  EXPECT_EQ(registry().removeOutput(kRoom, added.status.id).error().code, ErrorCode::notFound);
  EXPECT_TRUE(outputs().empty());
}

TEST_F(ConferenceLiveTest, WithoutAListNothingGoesAnywhere) {
  const auto ada = joined("Ada");
  EXPECT_EQ(addOutput(kTarget).error().code, ErrorCode::forbidden);
  EXPECT_EQ(addSource(kCamera).error().code, ErrorCode::forbidden);
  EXPECT_EQ(addSource("file:film.mp4").error().code, ErrorCode::forbidden);
  EXPECT_TRUE(host.last().outputs.empty());
  EXPECT_TRUE(host.last().sources.empty());
}

TEST_F(ConferenceLiveTest, TheNumberOfOutputsHasALimit) {
  settings.outputs.allow = {"rtmp://h/*"};
  const auto ada = joined("Ada");
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(addOutput(fmt::format("rtmp://h/app/{}", i)).has_value());
  EXPECT_EQ(addOutput("rtmp://h/app/more").error().code, ErrorCode::tooMany);
}

TEST_F(ConferenceLiveTest, OutputsTellHowTheyAreWithoutTheirKeys) {
  settings.room.live.rtmp = {kTarget};
  const auto ada = joined("Ada");
  const OutputId id = outputs().at(0).status.id;
  EXPECT_EQ(outputs()[0].status.phase, OutputPhase::connecting);
  report(id, OutputPhase::waiting, std::string("no answer from ") + kTarget + ", key streamkey");
  EXPECT_EQ(outputs()[0].status.phase, OutputPhase::waiting);
  EXPECT_EQ(outputs()[0].status.why.text, "no answer from …, key …");
  EXPECT_EQ(outputs()[0].status.framesDropped, 3);
  report(id, OutputPhase::live);
  EXPECT_NE(registry().metricsText().find("tessera_output_live{room=\"here\",output=\"" + id.value),
            std::string::npos);
  EXPECT_EQ(registry().metricsText().find("streamkey"), std::string::npos);
  report({"other"}, OutputPhase::live);  // of nobody
  EXPECT_EQ(outputs().size(), 1u);
  report(id, OutputPhase::failed, "never");
  report(id, OutputPhase::live);
  EXPECT_EQ(outputs()[0].status.phase, OutputPhase::failed) << "that is final";
}

TEST_F(ConferenceLiveTest, EverybodyHearsHowManyStreamsThereAre) {
  settings.room.live.rtmp = {kTarget};
  const auto ada = joined("Ada");
  report(outputs().at(0).status.id, OutputPhase::live);
  EXPECT_EQ(ada->last<wire::RecordingNotice>().streams, 1);
  const auto bob = joined("Bob");
  EXPECT_EQ(bob->last<wire::Welcome>().recording.streams, 1);
  report(outputs().at(0).status.id, OutputPhase::waiting);
  EXPECT_EQ(ada->last<wire::RecordingNotice>().streams, 0);
}

TEST_F(ConferenceLiveTest, OutputsGoOnInTheNextProcess) {
  settings.room.live.rtmp = {kTarget, "rtmp://other.example.org/app/key"};
  settings.room.live.hls = true;
  const auto ada = joined("Ada");
  ASSERT_EQ(outputs().size(), 3u);
  const auto before = outputs();
  report(before[1].status.id, OutputPhase::live, "", 4);
  report(before[2].status.id, OutputPhase::failed, "never");
  crash();
  ASSERT_EQ(host.processes.size(), 2u);
  ASSERT_EQ(host.last().outputs.size(), 2u) << "what has failed for ever is not tried again";
  EXPECT_EQ(host.last().outputs[0].target, host.processes[0]->outputs[0].target) << "the same HLS directory";
  EXPECT_EQ(host.last().outputs[1].id, before[1].status.id);
  EXPECT_EQ(outputs()[1].status.phase, OutputPhase::waiting);
  EXPECT_EQ(outputs()[1].status.reconnects, 5);
  report(before[1].status.id, OutputPhase::live, "", 1);
  EXPECT_EQ(outputs()[1].status.reconnects, 6);
}

TEST_F(ConferenceLiveTest, HlsHasADirectoryForALittleLongerThanTheRoom) {
  const auto ada = joined("Ada");
  EXPECT_EQ(registry().hlsDirectory(kRoom).error().code, ErrorCode::notFound);
  const auto added = registry().addOutput(kRoom, {OutputKind::hls, ""}).value();
  EXPECT_EQ(added.target, "/hls/here/index.m3u8");
  EXPECT_EQ(registry().addOutput(kRoom, {OutputKind::hls, ""}).error().code, ErrorCode::conflict);
  const std::string path = registry().hlsDirectory(kRoom).value();
  EXPECT_TRUE(fs::is_directory(path));
  EXPECT_EQ(host.last().outputs.at(0).target, path);
  EXPECT_TRUE(registry().endRoom(kRoom).has_value());
  EXPECT_EQ(registry().hlsDirectory(kRoom).value(), path) << "who watches is some seconds behind";
  EXPECT_TRUE(fs::is_directory(path));
  registry_.reset();
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(ConferenceLiveTest, HlsThatCannotBeWrittenIsToldAndNoMore) {
  std::ofstream(folder.path() + "/hls") << "a file";
  settings.room.live.hls = true;
  const auto ada = joined("Ada");
  ASSERT_EQ(outputs().size(), 1u);
  EXPECT_EQ(outputs()[0].status.phase, OutputPhase::failed);
  EXPECT_TRUE(host.last().outputs.empty());
  EXPECT_TRUE(registry().removeOutput(kRoom, outputs()[0].status.id).has_value());
  EXPECT_EQ(registry().addOutput(kRoom, {OutputKind::hls, ""}).error().code, ErrorCode::io);
  EXPECT_TRUE(outputs().empty());
}

TEST_F(ConferenceLiveTest, SourcesAreInTheRosterAsSuch) {
  settings.sources.allow = {"rtsp://192.0.2.7/*"};
  const auto ada = joined("Ada");
  const auto added = addSource(kCamera, "Door").value();
  EXPECT_EQ(added.url, "rtsp://192.0.2.7/…");
  EXPECT_EQ(host.last().sources.at(0).url, kCamera);
  const ParticipantId id = added.status.participant;
  EXPECT_EQ(entryOf(id)->role, wire::Role::source);
  EXPECT_EQ(entryOf(id)->name, "Door");
  EXPECT_FALSE(entryOf(id)->connected);
  EXPECT_TRUE(entryOf(id)->cameraOff);
  report(id, SourcePhase::playing);
  EXPECT_TRUE(entryOf(id)->connected);
  EXPECT_FALSE(entryOf(id)->cameraOff);
  report(id, SourcePhase::waiting, false, std::string("no answer from ") + kCamera);
  EXPECT_FALSE(entryOf(id)->connected);
  EXPECT_EQ(sources()[0].status.why.text, "no answer from …");
  const bool told = runUntil([&] {
    return saw(ada->last<wire::Roster>().participants,
               [&](const wire::RosterEntry& entry) { return entry.role == wire::Role::source; });
  });
  EXPECT_TRUE(told);
  EXPECT_EQ(registry().listRooms().at(0).participants, 1) << "a source is nobody";
  EXPECT_EQ(addSource("rtsp://192.0.2.8/stream1").error().code, ErrorCode::forbidden);
  EXPECT_EQ(addSource("gopher://192.0.2.7/x").error().code, ErrorCode::badRequest);
}

TEST_F(ConferenceLiveTest, FilesAreOfTheirDirectory) {
  fs::create_directory(folder.path() + "/films");
  std::ofstream(folder.path() + "/films/a film.mp4") << "film";
  std::ofstream(folder.path() + "/other.mp4") << "film";
  settings.sources.filesDirectory = folder.path() + "/films";
  const auto ada = joined("Ada");
  EXPECT_EQ(addSource("file:a%20film.mp4").value().url, "file:a%20film.mp4");
  EXPECT_EQ(host.last().sources.at(0).url,
            "file://" + fs::canonical(folder.path()).string() + "/films/a%20film.mp4");
  EXPECT_EQ(addSource("file:../other.mp4").error().code, ErrorCode::notFound);
  EXPECT_EQ(addSource("file:///etc/passwd").error().code, ErrorCode::notFound);
}

TEST_F(ConferenceLiveTest, TheModeratorMutesAndKicksSources) {
  settings.roomSources = {{{"here"}, "Door", kCamera, false}};
  const auto ada = joined("Ada");
  const ParticipantId id = sources().at(0).status.participant;
  ada->say(wire::Moderate{wire::ModerateAction::mute, id});
  EXPECT_TRUE(entryOf(id)->muted);
  EXPECT_TRUE(called("update " + id.value + " muted"));
  EXPECT_TRUE(registry().changeParticipant(kRoom, id, {false, {}}).has_value());
  EXPECT_FALSE(entryOf(id)->muted);
  EXPECT_EQ(registry().changeParticipant(kRoom, id, {{}, 360}).error().code, ErrorCode::badRequest);
  ada->say(wire::Moderate{wire::ModerateAction::stopScreen, id});
  EXPECT_EQ(ada->lastError(), ErrorCode::notFound);
  ada->say(wire::Moderate{wire::ModerateAction::kick, id});
  EXPECT_FALSE(entryOf(id).has_value());
  EXPECT_TRUE(called("no source " + id.value));
  EXPECT_TRUE(sources().empty());
  EXPECT_EQ(registry().removeSource(kRoom, id).error().code, ErrorCode::notFound);
}

TEST_F(ConferenceLiveTest, SourcesNeverModerateAndCanBePinned) {
  settings.roomSources = {{{"h*"}, "Door", kCamera, false}, {{"elsewhere"}, "Other", kCamera, false}};
  const auto ada = joined("Ada");
  ASSERT_EQ(sources().size(), 1u);
  const ParticipantId id = sources()[0].status.participant;
  EXPECT_EQ(ada->last<wire::Welcome>().role, wire::Role::moderator) << "though the source came first";
  ada->say(wire::ClientLayout{{LayoutKind::spotlight, "", {id}}});
  EXPECT_EQ(ada->last<wire::ServerLayout>().choice.pinned, (std::vector<ParticipantId>{id}));
  host.last().events->onSpeaking({{id, -20, true, true}});
  const auto details = registry().describeRoom(kRoom).value();
  EXPECT_TRUE(saw(details.participants, [&](const wire::ApiParticipant& each) {
    return each.entry.id == id && each.levelDb == -20;
  }));
  EXPECT_TRUE(registry().removeSource(kRoom, id).has_value());
  EXPECT_TRUE(ada->last<wire::ServerLayout>().choice.pinned.empty());
}

TEST_F(ConferenceLiveTest, ARoomOfSourcesAloneIsEmpty) {
  settings.room.emptyTimeout = 0s;
  settings.roomSources = {{{"here"}, "Door", kCamera, false}};
  auto ada = joined("Ada");
  report(sources().at(0).status.participant, SourcePhase::playing);
  ada->say(wire::Leave{});
  EXPECT_TRUE(runUntil([&] { return registry().empty(); }));
}

TEST_F(ConferenceLiveTest, SourcesDoNotFillARoom) {
  settings.limits.participantsPerRoom = 1;
  settings.roomSources = {{{"here"}, "Door", kCamera, false}};
  const auto ada = joined("Ada");
  EXPECT_EQ(sources().size(), 1u);
}

TEST_F(ConferenceLiveTest, WhatHasEndedLeavesButIsListed) {
  settings.sources.allow = {"rtsp://192.0.2.7/*"};
  const auto ada = joined("Ada");
  const ParticipantId first = addSource(kCamera)->status.participant;
  report(first, SourcePhase::ended);
  EXPECT_FALSE(entryOf(first).has_value());
  EXPECT_TRUE(called("no source " + first.value));
  EXPECT_EQ(sources().at(0).status.phase, SourcePhase::ended);
  report(first, SourcePhase::playing);  // late
  EXPECT_EQ(sources().at(0).status.phase, SourcePhase::ended);
  crash();
  EXPECT_TRUE(host.last().sources.empty());
  for (int i = 0; i < 16; ++i)
    EXPECT_TRUE(addSource(fmt::format("rtsp://192.0.2.7/{}", i)).has_value()) << "it makes room: " << i;
  EXPECT_EQ(addSource("rtsp://192.0.2.7/more").error().code, ErrorCode::tooMany);
  EXPECT_EQ(sources().front().url, "rtsp://192.0.2.7/…");
}

TEST_F(ConferenceLiveTest, SourcesComeBackInTheNextProcess) {
  settings.roomSources = {{{"here"}, "Door", kCamera, true}};
  const auto ada = joined("Ada");
  const ParticipantId id = sources().at(0).status.participant;
  report(id, SourcePhase::playing);
  ada->say(wire::Moderate{wire::ModerateAction::mute, id});
  crash();
  ASSERT_EQ(host.last().sources.size(), 1u);
  EXPECT_EQ(host.last().sources[0].participant, id);
  EXPECT_TRUE(host.last().sources[0].loop);
  EXPECT_TRUE(called("update " + id.value + " muted")) << "and is still muted";
  EXPECT_EQ(sources()[0].status.reconnects, 1);
  EXPECT_FALSE(entryOf(id)->connected);
}

// A stream whose media brings the process down is found out like anybody who does.
TEST_F(ConferenceLiveTest, ASourceThatBreaksTheRoomIsBarred) {
  settings.roomSources = {{{"here"}, "Door", kCamera, false}};
  const auto ada = joined("Ada");
  const ParticipantId id = sources().at(0).status.participant;
  crash();  // everybody comes back
  crash();  // one at a time from now on: the source is the first of the roster
  ASSERT_TRUE(runUntil([&] { return !host.last().sources.empty() || !host.last().peers.empty(); }));
  for (int i = 0; i < 4 && sources()[0].status.phase != SourcePhase::failed; ++i) {
    if (host.last().sources.empty()) {
      connectMedia(*ada, host.last().peers.back().key.gen);
      ASSERT_TRUE(runUntil([&] { return !host.last().sources.empty(); }));
    }
    crash();
  }
  EXPECT_EQ(sources()[0].status.phase, SourcePhase::failed);
  EXPECT_FALSE(entryOf(id).has_value());
  EXPECT_TRUE(runUntil([&] { return !host.last().peers.empty(); })) << "Ada is let in";
  EXPECT_TRUE(host.last().sources.empty());
  EXPECT_TRUE(ada->byes.empty());
}

TEST_F(ConferenceLiveTest, AConfiguredFileThatIsGoneIsToldAndNoMore) {
  settings.roomSources = {{{"here"}, "Film", "file:/nowhere/film.mp4", false}};
  const auto ada = joined("Ada");
  EXPECT_EQ(sources().at(0).status.phase, SourcePhase::failed);
  EXPECT_EQ(sources().at(0).url, "file:film.mp4");
  EXPECT_EQ(entries().size(), 1u);
  EXPECT_TRUE(host.last().sources.empty());
}

TEST(HlsFolders, RemoveWhatIsOverAndWhatWasLeftBehind) {
  bindMainThread();
  TemporaryFolder folder;
  for (const char* left : {"/old.abc.hls", "/kept", "/kept.hls.txt"})
    fs::create_directory(folder.path() + left);
  std::ofstream(folder.path() + "/old.abc.hls/00000001.ts") << "segment";
  server::HlsFolders folders(folder.path(), 5ms);
  const std::string first = folders.make({"a"}, {"o1"}).value();
  EXPECT_FALSE(fs::exists(folder.path() + "/old.abc.hls"));
  EXPECT_TRUE(fs::exists(folder.path() + "/kept"));
  EXPECT_TRUE(fs::exists(folder.path() + "/kept.hls.txt"));
  folders.release({"a"}, {"o1"});
  const std::string second = folders.make({"a"}, {"o2"}).value();
  EXPECT_EQ(folders.find({"a"}), second) << "the room's newest";
  EXPECT_TRUE(runUntil([&] { return !fs::exists(first); }));
  EXPECT_TRUE(fs::exists(second));
  EXPECT_EQ(folders.find({"b"}), "");
}

}  // namespace
}  // namespace tessera::test
