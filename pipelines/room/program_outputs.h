// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "base/main_loop.h"
#include "pipelines/live/live_output.h"
#include "pipelines/record/recorder.h"
#include "room/media_room.h"

namespace tessera {

// The recordings and live outputs of a room, by id. Each fails alone, and what failed is final for its id:
// whoever wants it again starts another. Main thread.
class ProgramOutputs {
 public:
  static constexpr std::size_t kMaxRecordings = 4;
  static constexpr std::size_t kMaxOutputs = 16;

  // `onRecording`: whether anything is being recorded now, which a paused recording is not; when it changes.
  ProgramOutputs(const RoomSettings& settings, std::shared_ptr<ProgramHub> hub, Reaper& reaper,
                 MediaRoomEvents& events, std::function<void(bool)> onRecording);
  // Stops all recordings at once, then waits for their files, until Recorder::kCloseWithin after that.
  ~ProgramOutputs();
  ProgramOutputs(const ProgramOutputs&) = delete;
  ProgramOutputs& operator=(const ProgramOutputs&) = delete;

  void startRecording(const RecordingSettings& settings);
  void controlRecording(const RecordingId& id, RecordingAction action);
  void startOutput(const OutputSettings& settings);
  void stopOutput(const OutputId& id);

  // What they take is no longer made: those who take it fail.
  void failRung(RungId rung, const Error& why);
  void failAac(const Error& why);

 private:
  struct Recording {
    RecordingFormats formats;
    std::unique_ptr<Recorder> recorder;
    RecordingPhase phase = RecordingPhase::recording;
    std::optional<Error> why{};  // it is being stopped for this
  };
  using Recordings = std::map<RecordingId, Recording>;
  using Outputs = std::map<OutputId, std::unique_ptr<LiveOutput>>;

  void onRecordingStatus(RecordingStatus status);
  void onOutputStatus(const OutputStatus& status);
  void tellFailed(const RecordingId& id, const Error& why);
  void failOutput(const OutputId& id, const Error& why);
  void failOutputs(const Error& why);
  void tellRecording();

  // given
  const RoomSettings settings_;
  const std::shared_ptr<ProgramHub> hub_;
  Reaper& reaper_;
  MediaRoomEvents& events_;
  const std::function<void(bool)> onRecording_;
  // owned
  Recordings recordings_;
  Outputs outputs_;
  bool recording_ = false;  // as told
  WeakOwner<ProgramOutputs> weak_{this};
};

}  // namespace tessera
