// SPDX-License-Identifier: Apache-2.0
// tessera-room: one room's media in a process of its own. The server starts it, as a spare at first, with a
// connected socket as descriptor 3.
#include <glib-unix.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string_view>

#include "base/log.h"
#include "base/main_loop.h"
#include "pipelines/room/gst_setup.h"
#include "pipelines/room/room_pipeline.h"
#include "pipelines/room/room_service.h"

namespace {

using namespace tessera;

constexpr unsigned kExitLimitSeconds = 4;  // the design promises 5
// A connection has a dozen threads, and by default each would take to a heap of its own (8 per core), none of
// which is ever full: 60 rounds of joins and leaves take 190 MiB so, and level off at 130 with four heaps.
constexpr int kHeaps = 4;

void printUsage(std::FILE* out) {
  std::fputs(
      "tessera-room: the media of one room of the Tessera conference server.\n"
      "It is started by the program tessera and is of no use by itself.\n\n"
      "  --version  print the version\n"
      "  --help     print this\n",
      out);
}

bool isSocket(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

// A connection takes some ten descriptors.
void raiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) log::warn("descriptor limit not raised");
}

void handleSignals(GMainLoop* loop) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, SIG_IGN);  // ctrl-C reaches the whole group; the server closes its rooms
  g_unix_signal_add(
      SIGTERM,
      [](gpointer data) -> gboolean {
        g_main_loop_quit(static_cast<GMainLoop*>(data));
        return G_SOURCE_CONTINUE;
      },
      loop);
}

// Whatever hangs during the teardown, the process ends in time.
void limitExit() {
  std::signal(SIGALRM, [](int) { _exit(0); });
  alarm(kExitLimitSeconds);
}

int serve() {
  GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
  handleSignals(loop);
  {
    std::optional<WarmUp> warmUp;
    RoomService service(
        wire::kRoomSocketFd,
        [](const RoomSettings& settings, MediaRoomEvents& events) {
          return std::make_unique<RoomPipeline>(settings, events);
        },
        [loop](const std::string& why) {
          log::info("room process ends", {{"why", why}});
          g_main_loop_quit(loop);
        });
    warmUp.emplace([&service](const Status& status) {
      if (!status) log::warn("warm-up failed", {{"error", status.error().text}});
      service.announceReady(TESSERA_VERSION);
    });
    g_main_loop_run(loop);
    limitExit();
  }
  g_main_loop_unref(loop);
  log::flush();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  bindMainThread();
  const std::string_view argument = argc == 2 ? argv[1] : "";
  if (argument == "--version") return std::puts("tessera-room " TESSERA_VERSION) < 0;
  if (argument == "--help") return printUsage(stdout), 0;
  if (argc > 1 || !isSocket(wire::kRoomSocketFd)) {
    printUsage(stderr);
    return 2;
  }
  mallopt(M_ARENA_MAX, kHeaps);
  log::configureFromEnvironment();
  log::captureGLib();
  raiseFileLimit();
  if (auto ready = initGStreamer(); !ready) {
    log::error("no GStreamer", {{"error", ready.error().text}});
    log::flush();
    return 1;
  }
  return serve();
}
