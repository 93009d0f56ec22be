// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "room/media_room.h"
#include "signaling/counters.h"
#include "wire/live_messages.h"
#include "wire/recording_messages.h"

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
  int screens = 0;                        // shared
  std::optional<LayoutKind> layout;       // that is shown
  std::vector<int> receivers;             // by level; the last is sound alone
  std::map<ReceivingLimit, int> limits;   // receivers by what limits them
  std::vector<wire::OutputInfo> outputs;  // live ones
  std::vector<wire::SourceInfo> sources;
  RoomHealth health;
};

struct RecordingSample {
  std::map<wire::RecordingState, int> byState;
  std::int64_t usedBytes = 0, freeBytes = 0;  // as measured last
  std::int64_t quotaBytes = 0;                // 0: no limit
  std::uint64_t postFailures = 0;             // runs of tessera-post
};

// Prometheus' text format. `startSeconds`: Unix time of the start of this process.
std::string metricsText(const Metrics& metrics, const std::vector<RoomSample>& rooms,
                        const RecordingSample& recordings, double startSeconds);

}  // namespace tessera::server
