// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "config/settings.h"
#include "room/media_room.h"
#include "server/hls_folders.h"
#include "wire/live_messages.h"

namespace tessera::server {

// The live outputs of one room, over the life of its processes. Main thread.
class RoomOutputs {
 public:
  static constexpr std::size_t kMax = 16;

  struct Room {
    std::function<MediaRoom*()> media;  // null: it has no process
    std::function<void()> onChanged;    // live() may have
  };

  RoomOutputs(const RoomId& id, HlsFolders& folders, Room room)
      : id_(id), folders_(folders), room_(std::move(room)) {}
  ~RoomOutputs() { end(); }
  RoomOutputs(const RoomOutputs&) = delete;
  RoomOutputs& operator=(const RoomOutputs&) = delete;

  void startConfigured(const config::Live& live);
  // By somebody who may send only to where `allow` says.
  [[nodiscard]] Result<wire::OutputInfo> add(const wire::AddOutputRequest& request,
                                             const std::vector<std::string>& allow);
  [[nodiscard]] Status remove(const OutputId& id);
  std::vector<wire::OutputInfo> list() const;
  int live() const;
  void end();

  void onStatus(const OutputStatus& status);
  void onProcessLost();
  void onProcessStarted();

 private:
  struct Output {
    OutputStatus status;
    OutputKind kind = OutputKind::rtmp;
    std::string target;    // a secret, for the process
    OutputStatus earlier;  // what is counted of the processes before
  };

  Output& start(OutputKind kind, std::string target, OutputId id);
  Output& startHls();
  void startIn(MediaRoom* media, const Output& output);
  wire::OutputInfo describe(const Output& output) const;
  void report(const Output& output) const;

  RoomId id_;
  HlsFolders& folders_;
  Room room_;
  std::list<Output> outputs_;  // in the order of their beginning
};

}  // namespace tessera::server
