// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <mutex>

#include "pipelines/program/program_hub.h"

namespace tessera {

// One receiver's way to the hub, which the main thread cuts when it goes: a recording that hangs in its disk
// is left behind without it. Any thread.
class ProgramLink {
 public:
  ProgramLink(std::shared_ptr<ProgramHub> hub, std::shared_ptr<ProgramReceiver> receiver, ProgramNeeds needs)
      : receiver_(std::move(receiver)), needs_(needs), hub_(std::move(hub)) {}

  void listen(bool on);
  void askKeyframe();
  void cut();  // listens no more; for good

 private:
  const std::shared_ptr<ProgramReceiver> receiver_;
  const ProgramNeeds needs_;
  mutable std::mutex mutex_;
  std::shared_ptr<ProgramHub> hub_;
};

}  // namespace tessera
