// SPDX-License-Identifier: Apache-2.0
#include "server/recording_hooks.h"

#include <utility>

#include "base/log.h"
#include "wire/common_fields.h"

namespace tessera::server {

RecordingHooks::RecordingHooks(Settings settings) : settings_(std::move(settings)) {
  if (!settings_.webhook.empty()) webhook_.emplace(settings_.webhook, settings_.webhookSecret);
}

void RecordingHooks::onFinal(const wire::RecordingInfo& info, const std::string& path) {
  if (webhook_) {
    Call& call = calls_.emplace_back();
    call.body = wire::encodeRecording(info);
    send(call);
  }
  if (!settings_.command.empty()) run(info, path);
}

// A list keeps its elements where they are, and the webhook ends before they do.
void RecordingHooks::send(Call& call) {
  webhook_->post(call.body, [this, &call](const Status& status) { onAnswer(call, status); });
}

void RecordingHooks::onAnswer(Call& call, const Status& status) {
  const bool givenUp = !status && call.failures >= settings_.retryAfter.size();
  if (!status) log::warn("webhook not told", {{"why", status.error().text}, {"last", givenUp}});
  if (status || givenUp)
    calls_.remove_if([&](const Call& each) { return &each == &call; });
  else
    call.retry.once(settings_.retryAfter[call.failures++], [this, &call] { send(call); });
}

void RecordingHooks::run(const wire::RecordingInfo& info, const std::string& path) {
  const auto launcher =
      ObjectRef<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE));
  const auto set = [&](const char* name, std::string_view value) {
    g_subprocess_launcher_setenv(launcher.get(), name, std::string(value).c_str(), TRUE);
  };
  set("TESSERA_RECORDING_ID", info.id.value);
  set("TESSERA_RECORDING_ROOM", info.room.value);
  set("TESSERA_RECORDING_STATE", wire::enumName(info.state));
  set("TESSERA_RECORDING_FILE", path);
  const char* arguments[] = {settings_.command.c_str(), nullptr};
  GError* error = nullptr;
  GSubprocess* process = g_subprocess_launcher_spawnv(launcher.get(), arguments, &error);
  if (!process)
    return log::error("recordings.command not run",
                      {{"why", Error::fromGError(ErrorCode::io, settings_.command, error).text}});
  Command& command = commands_.emplace_back();
  command.process = ObjectRef<GSubprocess>::adopt(process);
  command.limit.once(settings_.commandLimit, [process] {
    log::error("recordings.command takes too long and is killed");
    g_subprocess_force_exit(process);
  });
  const auto ended = [](GObject* object, GAsyncResult* result, gpointer data) {
    const std::unique_ptr<Weak<RecordingHooks>> weak(static_cast<Weak<RecordingHooks>*>(data));
    g_subprocess_wait_finish(G_SUBPROCESS(object), result, nullptr);
    if (auto* self = weak->get()) self->onExit(G_SUBPROCESS(object));
  };
  g_subprocess_wait_async(process, nullptr, ended, new Weak<RecordingHooks>(weak_.get()));
}

void RecordingHooks::onExit(GSubprocess* process) {
  if (!g_subprocess_get_successful(process)) log::error("recordings.command failed");
  commands_.remove_if([&](const Command& each) { return each.process.get() == process; });
}

}  // namespace tessera::server
