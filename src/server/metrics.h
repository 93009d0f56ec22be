// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "room/media_room.h"
#include "signaling/counters.h"

namespace tessera::server {

// What is counted over the life of the server. Main thread.
struct Metrics {
  std::map<std::string, std::uint64_t> joins;       // by result: "ok", "resumed", or an error's wire name
  std::map<std::string, std::uint64_t> roomDeaths;  // of room processes, by cause: an error's wire name
  std::uint64_t roomRespawns = 0;
  std::uint64_t barred = 0;
  signaling::Counters connections;
};

struct RoomSample {
  RoomId room;
  int participants = 0;
  int screens = 0;                       // shared
  std::optional<LayoutKind> layout;      // that is shown
  std::vector<int> receivers;            // by level; the last is sound alone
  std::map<ReceivingLimit, int> limits;  // receivers by what limits them
  RoomHealth health;
};

// Prometheus' text format. `startSeconds`: Unix time of the start of this process.
std::string metricsText(const Metrics& metrics, const std::vector<RoomSample>& rooms, double startSeconds);

}  // namespace tessera::server
