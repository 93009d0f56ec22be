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
// Drops, and changes of the picture, begin further parts; statuses count all of them.
class Recorder {
 public:
  using StatusHandler = std::function<void(const RecordingStatus&)>;  // on the main thread

  // Fails when the directory cannot be used (conflict: somebody else holds its lock). `room`: for bitrates.
  [[nodiscard]] static Result<std::unique_ptr<Recorder>> start(const RecordingSettings& settings,
                                                               const RoomSettings& room,
                                                               std::shared_ptr<ProgramHub> hub,
                                                               StatusHandler onStatus);
  virtual ~Recorder() = default;  // closes the files, by kCloseWithin after stop() or now at the latest

  static constexpr std::chrono::seconds kCloseWithin{2};

  virtual void pause() = 0;
  virtual void resume() = 0;
  virtual void stop() = 0;  // closes the files; `stopped` follows
};

}  // namespace tessera
