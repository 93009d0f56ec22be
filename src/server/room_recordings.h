// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <vector>

#include "base/main_loop.h"
#include "room/media_room.h"
#include "server/recording_store.h"
#include "server/room_scene.h"
#include "wire/client_messages.h"

namespace tessera::server {

// The recordings of one room that go on: over the life of its processes, and until they are over. Main
// thread.
class RoomRecordings {
 public:
  static constexpr std::size_t kMax = 4;                      // at a time
  static constexpr std::chrono::milliseconds kStopIn{6'000};  // a room that has not closed its files by then

  struct Room {
    std::function<MediaRoom*()> media;  // null: it has no process
    std::function<RoomScene()> scene;
    std::function<void()> onChanged;  // notice() may have
  };

  RoomRecordings(const RoomId& id, RecordingStore& store, Room room);
  ~RoomRecordings() { end({}); }
  RoomRecordings(const RoomRecordings&) = delete;
  RoomRecordings& operator=(const RoomRecordings&) = delete;

  // `waits`: nothing is recorded while nobody is there.
  [[nodiscard]] Result<wire::RecordingInfo> start(const RecordingFormats& formats, bool waits = false);
  [[nodiscard]] Status control(const RecordingId& id, RecordingAction action);
  // The one that the people in the room act on: the oldest. Empty: there is none.
  RecordingId main() const;
  void end(const std::optional<Error>& why);  // all of them; why: they end early

  void onStatus(const RecordingStatus& status);
  void onProcessLost();
  void onProcessStarted();
  void onSceneChanged();
  void setEmpty(bool empty);

  // Without the streams.
  wire::RecordingNotice notice() const;

 private:
  struct Recording {
    RecordingId id;
    RecordingFormats formats;
    std::int64_t startedAtMs = 0;  // Unix time
    bool waits = false;
    bool paused = false;                  // somebody wants it so
    bool still = false;                   // paused, or waiting for people; what its room has been told
    bool inRoom = false;                  // its process has been told to record
    bool stopping = false;                // `stopped` is awaited
    std::optional<Error> why;             // of stopping: what made it end early
    int part = 0;                         // of the present process
    std::int64_t mediaMs = 0, bytes = 0;  // by the present process
    std::int64_t earlierMs = 0, earlierBytes = 0;  // by those before
    RoomScene told;                                // to its timeline
    Timer stopTimer;
  };

  Recording* find(const RecordingId& id);
  void startPart(Recording& recording);
  void settle(Recording& recording);
  void stop(Recording& recording, const std::optional<Error>& why);
  void finish(RecordingId id, std::optional<Error> why);  // by value: they may be of what goes
  void tell(Recording& recording);
  void note(const Recording& recording, wire::TimelineKind kind);
  void report(const Recording& recording);

  RoomId id_;
  RecordingStore& store_;
  Room room_;
  std::list<Recording> recordings_;  // the oldest first
  std::optional<Error> lastError_;   // why the last one ended early
  bool empty_ = true;
  WeakOwner<RoomRecordings> weak_{this};
};

}  // namespace tessera::server
