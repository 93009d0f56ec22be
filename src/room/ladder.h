// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "room/bandwidth_estimator.h"
#include "room/media_room.h"

// Which rung each receiver takes, and at which bitrate each rung is encoded.

namespace tessera {

// One receiver's place on the ladder. Goes down fast: when the way to it is congested or loses much, or when
// its device cannot follow. Goes up by trial: one rung, kept if the network carries it for kTrial, else back,
// and the next trial after kFirstWait, doubling. Pure; to be updated every 100 ms or so.
class ReceiverLadder {
 public:
  using Nanos = std::chrono::nanoseconds;
  static constexpr Nanos kTrial = std::chrono::seconds(2);
  static constexpr Nanos kFirstWait = std::chrono::seconds(10);

  // `rungs`: top first. `audioKbps` is kept free for the sound.
  ReceiverLadder(std::vector<RungSpec> rungs, int audioKbps);

  struct Input {
    NetworkReport network;
    std::optional<ReceiverStats> stats;  // a new one from the client
    int bestLevel = 0;                   // what it wants or may have at most; see PeerSettings
    // What the others on each rung have it encoded at; 0: nobody else is there. One for each rung.
    std::span<const int> kbpsOfOthers;
    // The level whose frames are on their way to it; differs from the last decision until that rung's
    // keyframe.
    int sentLevel = 0;
  };
  struct Decision {
    int level = 0;      // 0 to the number of rungs: sound alone
    int videoKbps = 0;  // what its rung may have for it, in the rung's bounds; 0: sound alone
    ReceivingLimit why = ReceivingLimit::none;
    bool trial = false;
    bool operator==(const Decision&) const = default;
  };
  Decision update(const Input& input, Nanos now);

 private:
  const std::vector<RungSpec> rungs_;
  const int audioKbps_;
  Decision decision_;
};

// The bitrate of a rung: what all who take it can bear, in its bounds. `wishes` are their videoKbps; none:
// its best.
int rungKbps(const RungSpec& rung, std::span<const int> wishes);

}  // namespace tessera
