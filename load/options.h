// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "load/clip.h"
#include "room/look.h"

namespace tessera::load {

struct Options {
  std::string url = "ws://127.0.0.1:8080";  // checked: ws or wss, host, port
  std::string host;                         // of the URL
  int port = 0;                             // of the URL
  RoomId room{"load"};
  int participants = 4;
  int viewers = 0;
  std::chrono::seconds seconds{20};  // measured, after everybody is in
  std::chrono::milliseconds ramp{100};
  std::optional<std::chrono::milliseconds> joinWithin;  // of all joins; instead of the ramp
  std::chrono::seconds joinTimeout{15};
  int rounds = 0;  // more than 0: people come and go instead of being measured
  std::chrono::milliseconds stay{500};
  VideoClipSettings video;
  std::string clipFile;              // empty: the cache
  bool direct = false;               // no server: one sender to one receiver
  int offers = 0;                    // more than 0: no server either; see OfferRun
  int streams = 1;                   // that each of them carries
  std::string cameraFile;            // only writes the clip's picture there, uncoded
  bool audioOnly = false;            // nobody sends or takes video
  int talkers = 3;                   // of the participants; the others send silence
  double driftPpm = 0;               // how much faster the participants' clocks run
  std::optional<LayoutKind> layout;  // the moderator asks for; nothing: the room's own
  bool ignoreIngest = false;         // sends the best all along, whatever is asked for
  std::vector<int> receiveHeights;   // that the members ask for at most, in turn; empty: as good as possible
  std::string turn;                  // "turn:host:port", in place of the server's; by its credentials
  bool relayOnly = false;
  std::string gatherAddress;  // empty: 127.0.0.1 when the server is on loopback, else every interface
  pid_t serverPid = 0;        // 0: who listens on the URL's port
  bool json = false;
  bool insecure = false;
};

// Reads and checks the command line; fails with ErrorCode::config and what is wrong with which option.
// --help and --version print and exit.
[[nodiscard]] Result<Options> parseOptions(int argc, char** argv);

}  // namespace tessera::load
