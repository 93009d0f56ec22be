// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "base/main_loop.h"
#include "server/room_process.h"

namespace tessera::server {

// Starts room processes, and keeps one warm spare (its start-up done, no room bound) so that a first join
// does not wait for one. A spare that cannot be started is tried again, ever less often.
class RoomProcessPool : public MediaHost {
 public:
  RoomProcessPool(RoomProcess::Environment environment, bool warmSpare);

  // The first spare; an error here means that no room could ever be started.
  [[nodiscard]] Status warmUp();
  [[nodiscard]] Result<std::unique_ptr<HostedRoom>> start(const RoomSettings& settings,
                                                          MediaRoomEvents& events) override;
  // Without spares every room starts cold, and is as ready as it gets.
  bool ready() const override { return spareReady_ || !warmSpare_; }
  int sparePid() const { return spare_ ? spare_->processId() : 0; }

  void shutDown();  // lets the spare go; no new one
  bool idle() const { return !spare_ && reaper_.waiting() == 0; }
  void killAll() { reaper_.killAll(); }

 private:
  [[nodiscard]] Status makeSpare();
  void replenishLater();
  void onSpareLost(const Error& why);

  RoomProcess::Environment environment_;
  bool warmSpare_;
  ProcessReaper reaper_;
  std::unique_ptr<RoomProcess> spare_;
  bool spareReady_ = false;
  std::chrono::milliseconds retryDelay_;
  Timer replenish_;
};

}  // namespace tessera::server
