// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gio/gio.h>

#include <chrono>
#include <list>
#include <memory>

#include "base/line_channel.h"
#include "base/main_loop.h"
#include "signaling/object_ref.h"

namespace tessera::server {

// Sees child processes off: waits for their end without blocking, and kills those that take longer than
// their grace. Main thread.
class ProcessReaper {
 public:
  ProcessReaper() = default;
  ~ProcessReaper() { killAll(); }
  ProcessReaper(const ProcessReaper&) = delete;
  ProcessReaper& operator=(const ProcessReaper&) = delete;

  // `channel` (may be null) is kept open meanwhile, so that the last words get out. No grace: killed now.
  void retire(ObjectRef<GSubprocess> process, std::unique_ptr<LineChannel> channel,
              std::chrono::milliseconds grace);
  void killAll();
  std::size_t waiting() const { return retired_.size(); }

 private:
  struct Retired {
    ObjectRef<GSubprocess> process;
    std::unique_ptr<LineChannel> channel;
    Timer grace;
  };
  void onExit(GSubprocess* process);

  std::list<Retired> retired_;
  WeakOwner<ProcessReaper> weak_{this};
};

}  // namespace tessera::server
