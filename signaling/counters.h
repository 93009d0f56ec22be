// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "base/error.h"

namespace tessera::signaling {

// What /metrics tells about the connections. Main thread.
struct Counters {
  int webSockets = 0;  // open now
  std::uint64_t messagesIn = 0;
  std::map<ErrorCode, std::uint64_t> errorsOut;             // `error` messages by code
  std::map<ErrorCode, std::uint64_t> refusedConnections;    // before the upgrade
  std::map<std::string, std::uint64_t> droppedConnections;  // by reason: "unread", "silent", …
};

}  // namespace tessera::signaling
