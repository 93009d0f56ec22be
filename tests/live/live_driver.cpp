// SPDX-License-Identifier: Apache-2.0
// A hub fed with pictures and tones, and live outputs of it, for tests from outside. Commands are lines on
// stdin: "start [colours|flashes]", "rtmp ID URL", "hls ID DIRECTORY", "stop ID", "trust FILE" (a certificate
// authority, instead of the system's). Each status is a line of JSON on stdout; the log goes to stderr. It
// ends with stdin.
#include <gio/gio.h>
#include <glib-unix.h>

#include <cstdio>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>

#include "base/log.h"
#include "base/main_loop.h"
#include "padded_hub.h"
#include "pipelines/live/live_output.h"
#include "pipelines/room/gst_setup.h"
#include "support/program_source.h"

namespace {

using namespace tessera;

constexpr int kKbps = 2500;  // of the picture, as a room's is

constexpr const char* phaseName(OutputPhase phase) {
  constexpr const char* kNames[] = {"connecting", "live", "waiting", "failed"};
  return kNames[static_cast<int>(phase)];
}

void tell(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
  std::fflush(stdout);
}

void tellStatus(const OutputStatus& status) {
  tell(fmt::format(
      R"({{"id":"{}","phase":"{}","kbps":{},"dropped":{},"reconnects":{},"delayMs":{},"why":"{}"}})",
      status.id.value, phaseName(status.phase), status.kbps, status.framesDropped, status.reconnects,
      status.delayMs, status.why.text));
}

class Driver {
 public:
  void run(const std::string& line) {
    std::istringstream words(line);
    std::string command, first, second;
    words >> command >> first >> second;
    if (command == "start") start(first);
    if (command == "rtmp") output(first, OutputKind::rtmp, second);
    if (command == "hls") output(first, OutputKind::hls, second);
    if (command == "stop") outputs_.erase(first);
    if (command == "trust") trust(first);
  }

 private:
  void start(const std::string& content) {
    test::ProgramSource::Settings settings;
    settings.content =
        content == "colours" ? test::ProgramSource::colours : test::ProgramSource::flashesAndBeeps;
    room_.program = settings.program;
    source_.emplace(settings);
    hub_ = std::make_shared<test::PaddedHub>(source_->hub(), kKbps, settings.program.fps);
    source_->live();
    tell(fmt::format(R"({{"startNs":{}}})", source_->start().count()));
  }
  void output(const std::string& id, OutputKind kind, const std::string& target) {
    auto made = LiveOutput::start({OutputId{id}, kind, target}, room_, hub_, reaper_, tellStatus);
    if (!made) return tellStatus({OutputId{id}, OutputPhase::failed, 0, 0, 0, 0, made.error()});
    outputs_[id] = *std::move(made);
  }
  void trust(const std::string& file) {
    GTlsDatabase* database = g_tls_file_database_new(file.c_str(), nullptr);
    g_tls_backend_set_default_database(g_tls_backend_get_default(), database);
    g_object_unref(database);
  }

  RoomSettings room_;
  std::optional<test::ProgramSource> source_;
  std::shared_ptr<ProgramHub> hub_;
  Reaper reaper_{[](const std::string& what) { tell(fmt::format(R"({{"hung":"{}"}})", what)); }};
  std::map<std::string, std::unique_ptr<LiveOutput>> outputs_;
};

struct Input {
  Driver& driver;
  GMainLoop* loop;
};

gboolean onInput(gint, GIOCondition, gpointer data) {
  auto& input = *static_cast<Input*>(data);
  std::string line;
  do {
    if (!std::getline(std::cin, line)) {
      g_main_loop_quit(input.loop);
      return G_SOURCE_REMOVE;
    }
    input.driver.run(line);
  } while (std::cin.rdbuf()->in_avail() > 0);
  return G_SOURCE_CONTINUE;
}

}  // namespace

int main() {
  bindMainThread();
  log::configure(log::Level::debug, log::Format::text);
  log::captureGLib();
  if (const auto made = initGStreamer(); !made) return 1;
  std::ios::sync_with_stdio(false);
  GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
  {
    Driver driver;
    Input input{driver, loop};
    g_unix_fd_add(0, G_IO_IN, onInput, &input);
    g_main_loop_run(loop);
  }
  g_main_loop_unref(loop);
  log::flush();
  return 0;
}
