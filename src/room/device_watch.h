// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "room/media_room.h"

namespace tessera {

// Whether a client's device follows its rung, by what the client says: it needs longer to decode a frame than
// until the next, or drops many or freezes although the network is healthy. Once is chance. Pure.
class DeviceWatch {
 public:
  // `fps`: at which frames are sent. True when the device cannot follow; then it begins anew.
  bool tooMuch(const ReceiverStats& stats, int fps, bool networkHealthy);
  void reset() { bad_ = 0; }

 private:
  int bad_ = 0;  // in a row
};

}  // namespace tessera
