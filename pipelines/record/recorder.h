// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>

#include "base/result.h"
#include "pipelines/legs/reaper.h"
#include "pipelines/program/program_hub.h"
#include "room/media_room.h"

namespace tessera {

// Writes one part of a recording: see docs/recording.md for the files. All work is done on a thread of its
// own, behind a bounded queue: a disk that does not keep up costs the recording, never the room. Main thread.
class Recorder {
 public:
  using StatusHandler = std::function<void(const RecordingStatus&)>;  // on the main thread

  // Fails when the files cannot be made. `room`: for bitrates.
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> start(const RecordingSettings& settings,
                                                               const RoomSettings& room,
                                                               std::shared_ptr<ProgramHub> hub,
                                                               StatusHandler onStatus);
  virtual ~Recorder() = default;  // closes the files, waiting at most kCloseWithin

  static constexpr std::chrono::seconds kCloseWithin{2};

  virtual void pause() = 0;
  virtual void resume() = 0;
  virtual void stop() = 0;  // closes the files; `stopped` follows
};

}  // namespace tessera
