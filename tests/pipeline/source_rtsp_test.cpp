// SPDX-License-Identifier: Apache-2.0
#include "pipelines/sources/playback.h"
#include "source_fixture.h"
#include "support/child.h"

// A camera: a real RTSP server, which plays a film again for whoever connects.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Child;
using test::flashesAndBeeps;
using test::makeFilm;
using test::runUntil;
using test::SourceUnderTest;
using test::TemporaryDirectory;

constexpr long kLipsMs = 40;
constexpr auto kStall = std::chrono::ceil<std::chrono::milliseconds>(Playback::kStalled);

struct Camera {
  explicit Camera(int seconds) {
    makeFilm(folder / "film.mkv", flashesAndBeeps(seconds) +
                                      "-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p "
                                      "-g 10 -c:a libopus ");
  }
  std::unique_ptr<Child> start(const std::string& port = "0", const std::vector<std::string>& who = {}) {
    std::vector<std::string> arguments{TESSERA_RTSP_SERVER, port,
                                       "filesrc location=" + (folder / "film.mkv") +
                                           " ! matroskademux name=d d. ! queue ! h264parse ! rtph264pay "
                                           "name=pay0 pt=96 config-interval=1 d. ! "
                                           "queue ! rtpopuspay name=pay1 pt=97"};
    arguments.insert(arguments.end(), who.begin(), who.end());
    auto child = std::make_unique<Child>(arguments);
    bound = child->line();
    return child;
  }
  std::string url(const std::string& who = {}) const {
    return "rtsp://" + who + "127.0.0.1:" + bound + "/cam";
  }

  TemporaryDirectory folder;
  std::string bound;
};

TEST(SourceRtsp, PlaysACameraWithLips) {
  Camera camera(12);
  const auto server = camera.start();
  SourceUnderTest under;
  under.play(camera.url());
  ASSERT_TRUE(runUntil([&] { return under.flashes->times().size() >= 9; }));
  EXPECT_TRUE(under.is(SourcePhase::playing));
  EXPECT_TRUE(under.statuses.back().video);
  EXPECT_TRUE(under.statuses.back().audio);
  EXPECT_EQ(under.width, 320);
  auto apart = under.apart();  // by their median: a busy machine delays single ones
  ASSERT_GE(apart.size(), 5U);
  std::ranges::sort(apart);
  EXPECT_LE(std::abs(apart[apart.size() / 2]), kLipsMs);
}

TEST(SourceRtsp, ComesBackAfterItsServerDied) {
  Camera camera(30);
  auto server = camera.start();
  SourceUnderTest under;
  under.play(camera.url());
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::playing); }));
  const int frames = under.video->probe.frames();
  server->signal(SIGKILL);
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::waiting); }));
  EXPECT_FALSE(under.statuses.back().why.text.empty());
  server.reset();
  server = camera.start(camera.bound);
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::playing); }, 40s));
  EXPECT_GE(under.statuses.back().reconnects, 1);
  EXPECT_TRUE(runUntil([&] { return under.video->probe.frames() > frames + 25; }));
}

// It says nothing any more, but its connections stand.
TEST(SourceRtsp, ComesBackAfterAStall) {
  Camera camera(60);
  const auto server = camera.start();
  SourceUnderTest under;
  under.play(camera.url());
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::playing); }));
  server->signal(SIGSTOP);
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::waiting); }, kStall + 20s));
  EXPECT_EQ(under.statuses.back().why.code, ErrorCode::timeout);
  server->signal(SIGCONT);
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::playing); }, 60s));
}

// The film that the server plays is over.
TEST(SourceRtsp, TriesAgainAfterItsEnd) {
  Camera camera(2);
  const auto server = camera.start();
  SourceUnderTest under;
  under.play(camera.url());
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::waiting); }, 40s));
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::playing); }, 40s));
  EXPECT_GE(under.statuses.back().reconnects, 1);
}

TEST(SourceRtsp, NeedsTheRightPassword) {
  Camera camera(20);
  const auto server = camera.start("0", {"viewer", "s3cret"});
  SourceUnderTest right, wrong, none;
  right.play(camera.url("viewer:s3cret@"));
  wrong.play(camera.url("viewer:gu3ss@"));
  none.play(camera.url());
  EXPECT_TRUE(runUntil([&] { return right.is(SourcePhase::playing); }));
  EXPECT_TRUE(runUntil([&] { return wrong.is(SourcePhase::failed) && none.is(SourcePhase::failed); }));
  for (const auto* under : {&wrong, &none}) {
    EXPECT_EQ(under->statuses.back().why.code, ErrorCode::forbidden);
    EXPECT_EQ(under->statuses.back().why.text.find("gu3ss"), std::string::npos);
  }
}

TEST(SourceRtsp, WaitsForAServerThatIsNotThere) {
  Camera camera(20);
  camera.start();  // and gone: nobody has its port
  SourceUnderTest under;
  under.play(camera.url());
  ASSERT_TRUE(runUntil([&] { return under.statuses.size() >= 6; }));
  EXPECT_TRUE(under.was(SourcePhase::waiting));
  EXPECT_GE(under.statuses.back().reconnects, 2);
  const auto server = camera.start(camera.bound);
  EXPECT_TRUE(runUntil([&] { return under.is(SourcePhase::playing); }, 40s));
}

}  // namespace
}  // namespace tessera
