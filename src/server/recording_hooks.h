// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gio/gio.h>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/main_loop.h"
#include "signaling/object_ref.h"
#include "signaling/webhook.h"
#include "wire/recording_messages.h"

namespace tessera::server {

// Tells the operator's programs that a recording is complete, or has failed for good: a POST of it as in the
// API, and a program that is run with TESSERA_RECORDING_ID, _ROOM, _STATE and _FILE in its environment. Both
// are optional. Main thread.
class RecordingHooks {
 public:
  struct Settings {
    std::string webhook;        // address; empty: none
    std::string webhookSecret;  // empty: not signed
    std::string command;        // path of a program; empty: none
    std::vector<std::chrono::milliseconds> retryAfter{
        std::chrono::seconds(5), std::chrono::seconds(30), std::chrono::minutes(2), std::chrono::minutes(10),
        std::chrono::hours(1)};                      // of the webhook; then it is given up
    std::chrono::milliseconds commandLimit{60'000};  // then it is killed
  };

  explicit RecordingHooks(Settings settings);

  void onFinal(const wire::RecordingInfo& info, const std::string& path);
  std::size_t waiting() const { return calls_.size() + commands_.size(); }

 private:
  struct Call {
    std::string body;
    std::size_t failures = 0;
    Timer retry;
  };
  struct Command {
    ObjectRef<GSubprocess> process;
    Timer limit;
  };

  void send(Call& call);
  void onAnswer(Call& call, const Status& status);
  void run(const wire::RecordingInfo& info, const std::string& path);
  void onExit(GSubprocess* process);

  Settings settings_;
  std::optional<signaling::Webhook> webhook_;
  std::list<Call> calls_;
  std::list<Command> commands_;
  WeakOwner<RecordingHooks> weak_{this};
};

}  // namespace tessera::server
