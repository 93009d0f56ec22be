// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>

#include "base/main_loop.h"
#include "fakes.h"
#include "server/room_process_pool.h"

// Real child processes and the real wire; only the media is missing (fake_room_process.cpp).

namespace tessera::test {
namespace {

using namespace std::chrono_literals;

class Recorder : public MediaRoomEvents {
 public:
  std::vector<std::string> offers;
  int beats = 0;
  std::optional<Error> failed;
  void onOffer(const PeerKey&, const std::string& sdp) override { offers.push_back(sdp); }
  void onCandidate(const PeerKey&, const IceCandidate&) override {}
  void onPeerState(const PeerKey&, PeerState, const Error&) override {}
  void onPeerError(const PeerKey&, const Error&) override {}
  void onPicture(const Picture&) override {}
  void onConnectionQuality(const PeerKey&, bool) override {}
  void onReceiving(const PeerKey&, const Receiving&) override {}
  void onIngest(const PeerKey&, const Ingest&) override {}
  void onSpeaking(const std::vector<SpeakerLevel>&) override {}
  void onRecording(const RecordingStatus&) override {}
  void onOutput(const OutputStatus&) override {}
  void onSource(const SourceStatus&) override {}
  void onHealth(const RoomHealth&) override { ++beats; }
  void onFailed(const Error& why) override { failed = why; }
};

std::ptrdiff_t openFiles() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}
bool exists(int pid) {
  return kill(pid, 0) == 0;
}

class RoomProcessTest : public testing::Test {
 protected:
  void SetUp() override { bindMainThread(); }

  static server::RoomProcess::Environment environment() {
    server::RoomProcess::Environment e;
    e.program = FAKE_ROOM_PROCESS;
    e.logLevel = "info";
    e.logFormat = "text";
    e.health.silence = 1s;  // the fake beats every 50 ms
    e.health.checkEvery = 100ms;
    return e;
  }
  std::unique_ptr<server::HostedRoom> start() {
    RoomSettings settings;
    settings.room = {"here"};
    auto room = pool.start(settings, recorder);
    return room ? std::move(*room) : nullptr;
  }
  static PeerSettings peer(const std::string& name) {
    PeerSettings settings;
    settings.key = {{"abcdefghijkl"}, "main", 1};
    settings.name = name;
    return settings;
  }
  // Starts a room, adds a peer that makes it misbehave, and says how that was reported.
  ErrorCode failureOf(const std::string& behaviour) {
    auto room = start();
    const int pid = room->processId();
    EXPECT_TRUE(runUntil([&] { return recorder.beats > 0; }));
    room->addPeer(peer(behaviour));
    EXPECT_TRUE(runUntil([&] { return recorder.failed.has_value(); }, 20s)) << behaviour;
    room.reset();
    EXPECT_TRUE(runUntil([&] { return !exists(pid); })) << "killed and reaped: " << behaviour;
    return recorder.failed ? recorder.failed->code : ErrorCode::internal;
  }

  Recorder recorder;
  server::RoomProcessPool pool{environment(), false};
};

TEST_F(RoomProcessTest, SpeaksTheWireAndClosesByItself) {
  auto room = start();
  ASSERT_NE(room, nullptr);
  const int pid = room->processId();
  room->addPeer(peer("ada"));
  EXPECT_TRUE(runUntil([&] { return recorder.beats > 2 && !recorder.offers.empty(); }));
  EXPECT_EQ(recorder.offers, std::vector<std::string>{"offer for ada"});
  room->close();
  room.reset();
  EXPECT_TRUE(runUntil([&] { return !exists(pid); }, 3s)) << "before the grace is over";
  EXPECT_TRUE(runUntil([&] { return pool.idle(); }));
  EXPECT_FALSE(recorder.failed);
}

TEST_F(RoomProcessTest, DeathIsReported) {
  EXPECT_EQ(failureOf("die"), ErrorCode::io);
}
TEST_F(RoomProcessTest, AHangIsFoundAndKilled) {
  EXPECT_EQ(failureOf("hang"), ErrorCode::timeout);
}
TEST_F(RoomProcessTest, MixersThatStandStillAreAHang) {
  EXPECT_EQ(failureOf("stall"), ErrorCode::timeout);
}
TEST_F(RoomProcessTest, NonsenseIsAFailure) {
  EXPECT_EQ(failureOf("babble"), ErrorCode::internal);
}

TEST_F(RoomProcessTest, AStoppedProcessIsFoundAndKilled) {
  auto room = start();
  const int pid = room->processId();
  ASSERT_TRUE(runUntil([&] { return recorder.beats > 0; }));
  kill(pid, SIGSTOP);
  EXPECT_TRUE(runUntil([&] { return recorder.failed.has_value(); }, 5s));
  room.reset();
  EXPECT_TRUE(runUntil([&] { return !exists(pid); }));
}

TEST_F(RoomProcessTest, ABacklogIsAFailure) {
  auto room = start();
  room->addPeer(peer("deaf"));
  ASSERT_TRUE(runUntil([&] { return !recorder.offers.empty(); }));
  const std::string sdp(40'000, 'x');
  for (int i = 0; i < 60; ++i) room->setAnswer(peer("deaf").key, sdp);
  EXPECT_TRUE(runUntil([&] { return recorder.failed.has_value(); }));
  EXPECT_NE(recorder.failed->text.find("backlog"), std::string::npos) << recorder.failed->text;
}

TEST_F(RoomProcessTest, AMissingProgramIsAnErrorThatNamesIt) {
  server::RoomProcess::Environment e = environment();
  e.program = "/nonexistent/tessera-room";
  server::RoomProcessPool missing(e, true);
  const auto warm = missing.warmUp();
  ASSERT_FALSE(warm);
  EXPECT_NE(warm.error().text.find(e.program), std::string::npos);
}

TEST_F(RoomProcessTest, ASpareWaitsAndIsReplaced) {
  server::RoomProcessPool warm(environment(), true);
  ASSERT_TRUE(warm.warmUp().has_value());
  EXPECT_FALSE(warm.ready());
  ASSERT_TRUE(runUntil([&] { return warm.ready(); }));
  const int spare = warm.sparePid();
  auto room = warm.start({}, recorder);
  ASSERT_TRUE(room.has_value());
  EXPECT_EQ((*room)->processId(), spare) << "the spare became the room";
  ASSERT_TRUE(runUntil([&] { return warm.ready(); })) << "and another waits";
  const int second = warm.sparePid();
  kill(second, SIGKILL);
  ASSERT_TRUE(runUntil([&] { return warm.ready() && warm.sparePid() != second; }))
      << "a lost spare is replaced";
  (*room)->close();
  room->reset();
  warm.shutDown();
  EXPECT_TRUE(runUntil([&] { return warm.idle(); }));
}

TEST_F(RoomProcessTest, NothingLeaksOverManyRooms) {
  const auto cycle = [&](bool gently) {
    auto room = start();
    const int before = recorder.beats;
    runUntil([&] { return recorder.beats > before; });
    if (gently) room->close();
    room.reset();
    ASSERT_TRUE(runUntil([&] { return pool.idle(); }));
  };
  cycle(true);
  const auto files = openFiles();
  for (int i = 0; i < 10; ++i) cycle(i % 2 == 0);
  EXPECT_TRUE(runUntil([&] { return openFiles() <= files; })) << openFiles() << " instead of " << files;
}

}  // namespace
}  // namespace tessera::test
