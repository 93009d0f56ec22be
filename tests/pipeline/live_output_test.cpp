// SPDX-License-Identifier: Apache-2.0
// Live outputs and the hub: when they take from it, and how they end. What arrives is looked at in
// tests/live.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "pipelines/encode/aac_encoder.h"
#include "pipelines/live/hls_playlist.h"
#include "pipelines/live/live_output.h"
#include "support/program_source.h"
#include "support/run_until.h"

namespace tessera {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

// Counts who takes from it, and gives nothing.
class EmptyHub final : public ProgramHub {
 public:
  void add(const std::shared_ptr<ProgramReceiver>&, const ProgramNeeds&) override { ++added; }
  void remove(const ProgramReceiver*) override { ++removed; }
  void askKeyframe(const ProgramReceiver*) override {}
  std::vector<std::uint8_t> aacConfig() const override { return AacEncoder::config(1); }
  int channels() const override { return 1; }
  int added = 0, removed = 0;
};

// Accepts connections (the kernel does) and says nothing; or, when it does not listen, holds a port at which
// they are refused.
class SilentServer {
 public:
  explicit SilentServer(bool listens = true) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    if (listens) {
      EXPECT_EQ(::listen(fd_, 8), 0);
    }
    socklen_t size = sizeof address;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  ~SilentServer() { ::close(fd_); }
  std::string url() const { return fmt::format("rtmp://127.0.0.1:{}/live/sesame", port_); }

 private:
  const int fd_;
  int port_ = 0;
};

class LiveOutputTest : public testing::Test {
 protected:
  std::unique_ptr<LiveOutput> start(OutputKind kind, const std::string& target,
                                    std::shared_ptr<ProgramHub> hub, const ProgramSettings& program = {}) {
    RoomSettings room;
    room.program = program;
    auto made = LiveOutput::start({OutputId{"out"}, kind, target}, room, std::move(hub), reaper_,
                                  [this](const OutputStatus& status) { statuses_.push_back(status); });
    EXPECT_TRUE(made) << made.error().text;
    return made ? *std::move(made) : nullptr;
  }
  bool reached(OutputPhase phase) const { return !statuses_.empty() && statuses_.back().phase == phase; }

  Reaper reaper_;
  std::vector<OutputStatus> statuses_;
};

TEST_F(LiveOutputTest, AUrlThatCanNeverWorkIsRefusedAtOnce) {
  const auto made = LiveOutput::start({OutputId{"out"}, OutputKind::rtmp, "rtmp://host-without-key"}, {},
                                      std::make_shared<EmptyHub>(), reaper_, [](const OutputStatus&) {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::badRequest);
}

TEST_F(LiveOutputTest, NothingIsEncodedForADestinationThatIsNotThere) {
  const SilentServer server(false);
  const auto hub = std::make_shared<EmptyHub>();
  const auto output = start(OutputKind::rtmp, server.url(), hub);
  EXPECT_TRUE(statuses_.empty());  // none before start() has returned
  ASSERT_TRUE(test::runUntil([&] { return !statuses_.empty() && statuses_.back().reconnects >= 2; }));
  EXPECT_EQ(hub->added, 0);
  ASSERT_TRUE(test::runUntil([&] { return reached(OutputPhase::waiting); }));
  EXPECT_EQ(statuses_.back().why.text, "connection refused");
}

TEST_F(LiveOutputTest, EndsWhileItWaitsForAnAnswer) {
  const SilentServer server;
  const auto hub = std::make_shared<EmptyHub>();
  auto output = start(OutputKind::rtmp, server.url(), hub);
  ASSERT_TRUE(test::runUntil([&] { return reached(OutputPhase::connecting); }));
  test::runFor(200ms);
  const auto before = std::chrono::steady_clock::now();
  output.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 3s);  // the main thread waits for nothing
  ASSERT_TRUE(test::runUntil([&] { return reaper_.pending() == 0; }));
  EXPECT_EQ(reaper_.hung(), 0);
  EXPECT_EQ(hub->added, 0);
}

TEST_F(LiveOutputTest, AServerThatDoesNotAnswerIsGivenUpAndTriedAgain) {
  const SilentServer server;
  const auto output = start(OutputKind::rtmp, server.url(), std::make_shared<EmptyHub>());
  ASSERT_TRUE(test::runUntil([&] { return reached(OutputPhase::waiting); }));
  EXPECT_EQ(statuses_.back().why.text, "no answer for 5 s");
  ASSERT_TRUE(test::runUntil([&] { return reached(OutputPhase::connecting); }));
  EXPECT_EQ(statuses_.back().reconnects, 1);
}

class HlsOutputTest : public LiveOutputTest {
 protected:
  HlsOutputTest() {
    char name[] = "/tmp/tessera-hls-XXXXXX";
    path_ = mkdtemp(name);
  }
  ~HlsOutputTest() override { std::filesystem::remove_all(path_); }
  std::string playlist() const {
    std::ifstream file(path_ + "/index.m3u8");
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string path_;
};

TEST_F(HlsOutputTest, WritesSegmentsOfTwoSecondsAndAnEnd) {
  test::ProgramSource::Settings settings;
  test::ProgramSource source(settings);
  auto output = start(OutputKind::hls, path_, source.hub(), settings.program);
  source.live();
  ASSERT_TRUE(test::runUntil([&] { return playlist().find("00000002.ts") != std::string::npos; }, 60s));
  EXPECT_TRUE(reached(OutputPhase::live));
  EXPECT_EQ(statuses_.back().framesDropped, 0);
  output.reset();
  ASSERT_TRUE(test::runUntil([&] { return reaper_.pending() == 0; }));
  const auto written = parseHlsPlaylist(playlist());
  ASSERT_TRUE(written) << playlist();
  EXPECT_TRUE(written->ended);
  EXPECT_EQ(written->targetSeconds, 2);
  for (const HlsSegment& segment : written->segments) {
    EXPECT_FALSE(segment.discontinuity);
    if (segment.number < written->segments.back().number) {
      EXPECT_NEAR(segment.seconds, 2, 0.25);
    }
  }
}

TEST_F(HlsOutputTest, WaitsForADirectoryAndTakesNothingMeanwhile) {
  const auto hub = std::make_shared<EmptyHub>();
  const auto output = start(OutputKind::hls, path_ + "/later", hub);
  ASSERT_TRUE(test::runUntil([&] { return reached(OutputPhase::waiting); }));
  EXPECT_THAT(statuses_.back().why.text, HasSubstr("No such file or directory"));
  EXPECT_EQ(hub->added, 0);
  std::filesystem::create_directory(path_ + "/later");
  EXPECT_TRUE(test::runUntil([&] { return hub->added == 1; }));
}

}  // namespace
}  // namespace tessera
