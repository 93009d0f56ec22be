// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "base/result.h"
#include "room/media_room.h"

namespace tessera::server {

// A MediaRoom that runs somewhere. Destroying it ends it at once; close() lets it finish first.
class HostedRoom : public MediaRoom {
 public:
  virtual int processId() const = 0;
  virtual void close() = 0;  // no events after this
};

// Where rooms run: processes in the program, a fake in the tests.
class MediaHost {
 public:
  virtual ~MediaHost() = default;
  // `events` must outlive what is returned. Commands may be given at once.
  [[nodiscard]] virtual Result<std::unique_ptr<HostedRoom>> start(const RoomSettings& settings,
                                                                  MediaRoomEvents& events) = 0;
  virtual bool ready() const = 0;  // a room would start without delay
};

}  // namespace tessera::server
