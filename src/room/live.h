// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "base/error.h"
#include "base/ids.h"

// Media that leaves a room live other than to its participants, and media that comes in by address.

namespace tessera {

using OutputId = Id<struct OutputTag>;  // 12 of a-z 0-9; made by the server

enum class OutputKind { rtmp, hls };

struct OutputSettings {
  OutputId id;
  OutputKind kind = OutputKind::rtmp;
  // rtmp: "rtmp://" or "rtmps://", with the stream key: a secret, never logged nor told. hls: a directory of
  // this room alone, which exists.
  std::string target;
};

enum class OutputPhase { connecting, live, waiting, failed };  // waiting: to try again; failed: final
struct OutputStatus {
  OutputId id;
  OutputPhase phase = OutputPhase::connecting;
  int kbps = 0;                    // over the last seconds
  std::int64_t framesDropped = 0;  // since the start, for the destination's slowness
  int reconnects = 0;              // since the start
  int delayMs = 0;                 // from the mix to what has been handed over
  Error why;                       // of waiting and failed; without the target's secret
};

// Comes in as a participant of its own, who has a tile and is heard.
struct SourceSettings {
  ParticipantId participant;
  std::string name;
  std::string url;    // "file:", "rtmp:", "rtmps:", "rtsp:", "rtsps:"; may hold a password: never logged
  bool loop = false;  // a file begins anew at its end
};

enum class SourcePhase { connecting, playing, waiting, ended, failed };  // the last two are final
struct SourceStatus {
  ParticipantId participant;
  SourcePhase phase = SourcePhase::connecting;
  bool video = false, audio = false;  // what it has
  int reconnects = 0;
  Error why;  // of waiting and failed
};

}  // namespace tessera
