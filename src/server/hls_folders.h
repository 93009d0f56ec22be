// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <list>
#include <memory>
#include <string>

#include "base/ids.h"
#include "base/main_loop.h"
#include "base/result.h"
#include "room/live.h"

namespace tessera::server {

// The directories that rooms write HLS into, below one that is the server's alone. Main thread.
class HlsFolders {
 public:
  static constexpr std::chrono::milliseconds kGrace{30'000};  // who watches is some segments behind

  explicit HlsFolders(std::string root, std::chrono::milliseconds grace = kGrace)
      : root_(std::move(root)), grace_(grace) {}
  ~HlsFolders();  // removes all of them
  HlsFolders(const HlsFolders&) = delete;
  HlsFolders& operator=(const HlsFolders&) = delete;

  // Makes one; what earlier lives of the server have left behind goes with the first.
  [[nodiscard]] Result<std::string> make(const RoomId& room, const OutputId& output);
  // Removed after the grace; served until then.
  void release(const RoomId& room, const OutputId& output);
  // The room's newest; empty when there is none.
  std::string find(const RoomId& room) const;

 private:
  struct Folder {
    RoomId room;
    OutputId output;
    std::string path;
    Timer gone;
  };
  void removeLeftovers() const;

  std::string root_;
  std::chrono::milliseconds grace_;
  std::list<Folder> folders_;  // the newest first
  bool swept_ = false;
};

}  // namespace tessera::server
