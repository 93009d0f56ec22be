// SPDX-License-Identifier: Apache-2.0
#include <fmt/core.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <sys/resource.h>

#include <csignal>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/main_loop.h"
#include "config/settings.h"
#include "server/server.h"
#include "web/resources.h"

// tessera: the server. Reads the command line and the configuration, serves until it is told to stop.

namespace {

using namespace tessera;

struct CommandLine {
  char* config = nullptr;
  gboolean checkConfig = FALSE;
  char** listen = nullptr;
  gboolean tlsSelfSigned = FALSE;
  gboolean version = FALSE;

  ~CommandLine() {
    g_free(config);
    g_strfreev(listen);
  }
};

[[nodiscard]] Status parse(CommandLine& line, int argc, char** argv) {
  const GOptionEntry entries[] = {
      {"config", 'c', 0, G_OPTION_ARG_FILENAME, &line.config, "Read the configuration from FILE", "FILE"},
      {"check-config", 0, 0, G_OPTION_ARG_NONE, &line.checkConfig, "Check the configuration and exit",
       nullptr},
      {"listen", 'l', 0, G_OPTION_ARG_STRING_ARRAY, &line.listen,
       "Listen on ADDRESS (host:port; may be repeated) instead of what is configured", "ADDRESS"},
      {"tls-self-signed", 0, 0, G_OPTION_ARG_NONE, &line.tlsSelfSigned,
       "Serve https with a certificate made now, to try it out on a LAN", nullptr},
      {"version", 0, 0, G_OPTION_ARG_NONE, &line.version, "Print the version and exit", nullptr},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  GOptionContext* context = g_option_context_new("- serve mixed video conferences");
  g_option_context_add_main_entries(context, entries, nullptr);
  GError* error = nullptr;
  const bool parsed = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  if (!parsed) return tl::unexpected(Error::fromGError(ErrorCode::config, "command line", error));
  if (argc > 1) return fail(ErrorCode::config, "command line: unexpected \"{}\" (see --help)", argv[1]);
  return {};
}

[[nodiscard]] Result<config::Settings> loadSettings(const CommandLine& line) {
  auto settings = line.config ? config::load(line.config) : config::defaults();
  if (!settings) return settings;
  if (line.listen) settings->listen.addresses.assign(line.listen, line.listen + g_strv_length(line.listen));
  if (line.tlsSelfSigned) settings->listen.tlsSelfSigned = true;
  return settings;
}

// Two sockets per participant and more: the usual 1024 are soon used up.
void raiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int complain(const Error& error) {
  log::flush();
  fmt::print(stderr, "tessera: {}\n", error.text);
  return 1;
}

int serve(config::Settings settings) {
  log::configure(settings.log.level, settings.log.format);
  log::captureGLib();
  raiseFileLimit();
  web::registerResources();
  auto server = server::Server::create(std::move(settings));
  if (!server) return complain(server.error());

  GMainLoop* loop = g_main_loop_new(nullptr, FALSE);
  struct Signals {
    server::Server* server;
    GMainLoop* loop;
  } signals{server->get(), loop};
  const auto stop = +[](gpointer data) -> gboolean {
    auto* given = static_cast<Signals*>(data);
    given->server->shutDown([given] { g_main_loop_quit(given->loop); });
    return G_SOURCE_CONTINUE;
  };
  const auto reload = +[](gpointer data) -> gboolean {
    static_cast<Signals*>(data)->server->reloadCertificate();
    return G_SOURCE_CONTINUE;
  };
  const guint sources[] = {g_unix_signal_add(SIGTERM, stop, &signals),
                           g_unix_signal_add(SIGINT, stop, &signals),
                           g_unix_signal_add(SIGHUP, reload, &signals)};
  for (const std::string& url : (*server)->urls()) fmt::print("serving {}\n", url);
  std::fflush(stdout);
  g_main_loop_run(loop);
  for (const guint source : sources) g_source_remove(source);
  server->reset();
  g_main_loop_unref(loop);
  log::info("stopped");
  log::flush();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  bindMainThread();
  CommandLine line;
  if (const auto parsed = parse(line, argc, argv); !parsed) return complain(parsed.error());
  if (line.version) {
    fmt::print("tessera {}\n", TESSERA_VERSION);
    return 0;
  }
  auto settings = loadSettings(line);
  if (!settings) return complain(settings.error());
  if (line.checkConfig) {
    fmt::print("{}: fine\n", line.config ? line.config : "defaults");
    return 0;
  }
  return serve(std::move(*settings));
}
