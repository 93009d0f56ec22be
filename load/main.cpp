// SPDX-License-Identifier: Apache-2.0
// tessera-load: joins a room as many participants, and reports what they get. See --help.
#include <glib-unix.h>
#include <gst/gst.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/log.h"
#include "load/camera_file.h"
#include "load/churn_run.h"
#include "load/direct_run.h"
#include "load/load_run.h"
#include "load/offer_run.h"
#include "pipelines/gst/element.h"

namespace {

using namespace tessera;
using namespace tessera::load;

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr int kExitKilled = 130;

struct Interrupt {
  std::function<void()> run;
  bool asked = false;
};

gboolean onSignal(gpointer data) {
  auto* interrupt = static_cast<Interrupt*>(data);
  if (interrupt->asked) _exit(kExitKilled);  // the second time without a report
  interrupt->asked = true;
  interrupt->run();
  return G_SOURCE_CONTINUE;
}

// A participant takes about 10 descriptors.
void raiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Loads the plugins and makes the DTLS certificate, which all connections of a process share: the first one
// would else pay for it, and the server seem slow to join.
void warmUp() {
  for (const char* name : {"webrtcbin", "dtlsdec", "nicesrc", "srtpenc", "rtpvp8depay", "rtph264depay"}) {
    const auto element = gst::makeElement(name);
    if (!element || name != std::string_view("dtlsdec")) continue;
    gchar* certificate = nullptr;
    g_object_get(element->get(), "pem", &certificate, nullptr);
    g_free(certificate);
  }
}

// Runs one kind of run to its end, and leaves the process when a connection cannot be taken down.
template <class Run>
int perform(const Options& options, Clips clips, Progress& progress, bool (*succeeded)(const Run&)) {
  Crew crew(options, std::move(clips));
  GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
  Run run(options, crew, progress, [loop] { g_main_loop_quit(loop); });
  Interrupt interrupt{[&run] { run.interrupt(); }};
  const guint sources[] = {g_unix_signal_add(SIGINT, onSignal, &interrupt),
                           g_unix_signal_add(SIGTERM, onSignal, &interrupt)};
  run.start();
  g_main_loop_run(loop);
  for (const guint source : sources) g_source_remove(source);
  g_main_loop_unref(loop);
  progress.finish();
  const std::string text = options.json ? jsonOf(run.report()) : tableOf(run.report());
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  const int status = succeeded(run) ? EXIT_SUCCESS : kExitFailed;
  if (!crew.waitIdle()) {
    progress.note("a connection could not be taken down in time; leaving it");
    _exit(status);
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  bindMainThread();
  const auto options = parseOptions(argc, argv);
  if (!options) {
    fmt::print(stderr, "tessera-load: {}\nTry --help.\n", options.error().text);
    return kExitUsage;
  }
  log::configure(log::Level::warn, log::Format::text);
  log::captureGLib();
  gst_init(nullptr, nullptr);
  raiseFileLimit();
  warmUp();
  Progress progress;
  if (!options->cameraFile.empty()) {
    const auto written = writeCameraFile(options->cameraFile, options->video);
    if (!written) progress.note(written.error().text);
    return written ? EXIT_SUCCESS : kExitUsage;
  }
  auto clips = obtainClips(*options, [&](std::string_view text) { progress.note(text); });
  if (!clips) {
    progress.note(clips.error().text);
    return kExitUsage;
  }
  int status = 0;
  if (options->rounds > 0) {
    status = perform<ChurnRun>(
        *options, std::move(*clips), progress, +[](const ChurnRun& run) { return passed(run.report()); });
  } else if (options->offers > 0) {
    status = perform<OfferRun>(
        *options, std::move(*clips), progress,
        +[](const OfferRun& run) { return failedMembers(run.report()) == 0; });
  } else if (options->direct) {
    status = perform<DirectRun>(
        *options, std::move(*clips), progress,
        +[](const DirectRun& run) { return failedMembers(run.report()) == 0; });
  } else {
    status = perform<LoadRun>(
        *options, std::move(*clips), progress,
        +[](const LoadRun& run) { return failedMembers(run.report()) == 0; });
  }
  log::flush();
  return status;
}
