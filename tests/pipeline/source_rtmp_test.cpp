// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <filesystem>
#include <fstream>

#include "source_fixture.h"
#include "support/child.h"

// A stream from a real nginx with its rtmp module, to which a real ffmpeg publishes.

namespace tessera {
namespace {

using namespace std::chrono_literals;
using test::Child;
using test::makeFilm;
using test::runUntil;
using test::SourceUnderTest;
using test::TemporaryDirectory;

constexpr long kLipsMs = 40;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

bool listens(int port) {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool connected = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(probe);
  return connected;
}

int freePort() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  EXPECT_EQ(bind(probe, reinterpret_cast<sockaddr*>(&address), size), 0);
  getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  close(probe);
  return ntohs(address.sin_port);
}

struct Station {
  Station() {
    makeFilm(folder / "film.mp4",
             test::flashesAndBeeps(60) +
                 "-c:v libx264 -preset ultrafast -tune zerolatency -pix_fmt yuv420p -g 25 "
                 "-c:a aac -ar 44100 ");
    std::ofstream(folder / "nginx.conf")
        << "load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;\ndaemon off;\nmaster_process off;\n"
        << "pid nginx.pid;\nevents {}\nrtmp { access_log off; server { listen 127.0.0.1:" << port
        << "; application live { live on; } } }\n";
    run();
  }
  void run() {
    nginx = std::make_unique<Child>(std::vector<std::string>{"/usr/sbin/nginx", "-p", folder.path(), "-e",
                                                             "error.log", "-c", "nginx.conf"});
    ASSERT_TRUE(runUntil([&] { return listens(port); }));
  }
  void publish() {
    ffmpeg = std::make_unique<Child>(std::vector<std::string>{"/usr/bin/ffmpeg", "-v", "quiet", "-nostdin",
                                                              "-re", "-i", folder / "film.mp4", "-c", "copy",
                                                              "-f", "flv", url()});
  }
  std::string url() const { return "rtmp://127.0.0.1:" + std::to_string(port) + "/live/k3y"; }

  TemporaryDirectory folder;
  const int port = freePort();
  std::unique_ptr<Child> nginx, ffmpeg;
};

TEST(SourceRtmp, PlaysAStreamWithLips) {
  Station station;
  SourceUnderTest under;
  station.publish();
  under.play(station.url());
  ASSERT_TRUE(runUntil([&] { return under.flashes->times().size() >= 9; }, 40s));
  EXPECT_TRUE(under.is(SourcePhase::playing));
  EXPECT_TRUE(under.statuses.back().video);
  EXPECT_TRUE(under.statuses.back().audio);
  auto apart = under.apart();  // by their median: a busy machine delays single ones
  ASSERT_GE(apart.size(), 5U);
  std::ranges::sort(apart);
  EXPECT_LE(std::abs(apart[apart.size() / 2]), kLipsMs);
}

// The publisher goes and comes, then the server dies and comes back.
TEST(SourceRtmp, ComesBack) {
  Station station;
  SourceUnderTest under;
  station.publish();
  under.play(station.url());
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::playing); }, 40s));
  station.ffmpeg.reset();
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::waiting); }, 40s));
  station.publish();
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::playing); }, 60s));
  station.nginx.reset();
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::waiting); }, 40s));
  station.run();
  station.publish();
  ASSERT_TRUE(runUntil([&] { return under.is(SourcePhase::playing); }, 60s));
  EXPECT_GE(under.statuses.back().reconnects, 2);
  for (const SourceStatus& status : under.statuses)
    EXPECT_EQ(status.why.text.find("k3y"), std::string::npos) << status.why.text;
}

}  // namespace
}  // namespace tessera
