// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "base/result.h"
#include "pipelines/legs/reaper.h"
#include "pipelines/program/program_hub.h"
#include "room/media_room.h"

namespace tessera {

// One destination of the room's program, which connects, stalls, fails and begins anew by itself. Main
// thread; its work is done on threads of its own.
class LiveOutput {
 public:
  using StatusHandler = std::function<void(const OutputStatus&)>;  // on the main thread

  [[nodiscard]] static Result<std::unique_ptr<LiveOutput>> start(const OutputSettings& settings,
                                                                 const RoomSettings& room,
                                                                 std::shared_ptr<ProgramHub> hub,
                                                                 Reaper& reaper, StatusHandler onStatus);
  virtual ~LiveOutput() = default;  // ends it; what may hang goes to the reaper
};

}  // namespace tessera
