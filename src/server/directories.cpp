// SPDX-License-Identifier: Apache-2.0
#include "server/directories.h"

#include <glib.h>

namespace tessera::server {
namespace {

// A variable of systemd's, a list with colons (systemd.exec(5)); empty when there is none.
std::string firstOf(const char* variable) {
  const char* value = g_getenv(variable);
  const std::string list = value ? value : "";
  return list.substr(0, list.find(':'));
}

}  // namespace

std::string stateDirectory(const config::Settings& settings) {
  if (!settings.server.stateDir.empty()) return settings.server.stateDir;
  const std::string systemd = firstOf("STATE_DIRECTORY");
  return systemd.empty() ? std::string(g_get_user_state_dir()) + "/tessera" : systemd;
}

std::string recordingsDirectory(const config::Settings& settings) {
  const std::string& own = settings.recordings.directory;
  return own.empty() ? stateDirectory(settings) + "/recordings" : own;
}

std::string hlsDirectory(const config::Settings& settings) {
  if (!settings.outputs.hlsDirectory.empty()) return settings.outputs.hlsDirectory;
  const std::string runtime = firstOf("RUNTIME_DIRECTORY");
  return (runtime.empty() ? stateDirectory(settings) : runtime) + "/hls";
}

}  // namespace tessera::server
