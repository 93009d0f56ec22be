// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "load/figures.h"
#include "load/options.h"
#include "load/process_stats.h"
#include "room/media_room.h"

namespace tessera::load {

// Everything that one run found out.
struct LoadReport {
  std::string gstreamer;         // its version
  std::string url, room, media;  // media: "VP8 640x360, 30 fps, 600 kbit/s"
  int participants = 0, viewers = 0, talkers = 0;
  bool audioOnly = false;
  bool obeysIngest = false;
  double driftPpm = 0;
  std::vector<Tile> tiles;  // at the end
  std::int64_t measuredFromUnixMs = 0;
  double measuredSeconds = 0;  // 0: the run ended before the measurement began
  bool interrupted = false;
  std::vector<MemberFigures> members;
  std::vector<ProcessUsage> server;
  std::string serverNote;      // why `server` is empty
  double ownCores = 0;         // of tessera-load itself
  Milliseconds latestSend{0};  // how late the generator itself was at worst
};

// What a run of these options begins with.
LoadReport reportOf(const Options& options);

struct Spread {
  int count = 0;
  double min = 0, median = 0, p95 = 0, max = 0;
};
Spread spreadOf(std::vector<double> values);  // p95 by nearest rank

// The room process that did the most; nothing when none was seen. A warm spare is one, too, but idle.
const ProcessUsage* busiestRoom(const LoadReport& report);

int failedMembers(const LoadReport& report);
std::string tableOf(const LoadReport& report);
std::string jsonOf(const LoadReport& report);

}  // namespace tessera::load
