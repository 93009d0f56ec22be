// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/main_loop.h"
#include "config/settings.h"
#include "server/conference_registry.h"
#include "server/recording_hooks.h"
#include "server/recording_store.h"
#include "server/room_process_pool.h"
#include "signaling/http_server.h"

namespace tessera::server {

// The whole server, composed: process pool, rooms, listening sockets, and the order of its end. Main thread.
class Server {
 public:
  // `roomProgram` and `stateDirectory` are settled by create().
  [[nodiscard]] static Result<std::unique_ptr<Server>> create(config::Settings settings);
  ~Server();

  std::vector<std::string> urls() const { return http_->urls(); }
  void reloadCertificate();
  // Tells everybody, ends the children, and calls `done` when all of it is over or the time for it is.
  void shutDown(std::function<void()> done);

 private:
  explicit Server(config::Settings settings);
  [[nodiscard]] Status start();
  [[nodiscard]] Result<signaling::TlsCertificate> certificate() const;
  void checkStopped(std::chrono::steady_clock::time_point since);

  config::Settings settings_;
  Metrics metrics_;
  std::optional<signaling::ResumeTokens> tokens_;
  std::unique_ptr<RoomProcessPool> pool_;
  std::unique_ptr<RecordingHooks> recordingHooks_;
  std::unique_ptr<RecordingStore> recordings_;
  std::unique_ptr<ConferenceRegistry> registry_;
  std::unique_ptr<signaling::HttpServer> http_;
  std::function<void()> onStopped_;
  Timer stopTimer_;
};

}  // namespace tessera::server
