// SPDX-License-Identifier: Apache-2.0
#include "server/process_reaper.h"

#include <utility>

#include "base/log.h"

namespace tessera::server {

void ProcessReaper::retire(ObjectRef<GSubprocess> process, std::unique_ptr<LineChannel> channel,
                           std::chrono::milliseconds grace) {
  GSubprocess* child = process.get();
  Retired& retired = retired_.emplace_back();
  retired.process = std::move(process);
  retired.channel = std::move(channel);
  if (grace.count() == 0)
    g_subprocess_force_exit(child);
  else
    retired.grace.once(grace, [child] {
      log::warn("room process does not end and is killed", {{"pid", g_subprocess_get_identifier(child)}});
      g_subprocess_force_exit(child);
    });
  const auto ended = [](GObject* object, GAsyncResult* result, gpointer data) {
    const std::unique_ptr<Weak<ProcessReaper>> weak(static_cast<Weak<ProcessReaper>*>(data));
    g_subprocess_wait_finish(G_SUBPROCESS(object), result, nullptr);
    if (auto* self = weak->get()) self->onExit(G_SUBPROCESS(object));
  };
  g_subprocess_wait_async(child, nullptr, ended, new Weak<ProcessReaper>(weak_.get()));
}

void ProcessReaper::onExit(GSubprocess* process) {
  const bool signaled = g_subprocess_get_if_signaled(process);
  log::info("room process ended",
            {{signaled ? "signal" : "status",
              signaled ? g_subprocess_get_term_sig(process) : g_subprocess_get_exit_status(process)}});
  retired_.remove_if([&](const Retired& retired) { return retired.process.get() == process; });
}

void ProcessReaper::killAll() {
  for (Retired& retired : retired_) g_subprocess_force_exit(retired.process.get());
}

}  // namespace tessera::server
