// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "room/bandwidth_estimator.h"
#include "room/device_watch.h"
#include "room/media_room.h"

// Which rung each receiver takes, and at which bitrate each rung is encoded.

namespace tessera {

// One receiver's place on the ladder. Goes down fast: when the way to it is congested or loses much, or when
// its device cannot follow. Goes up by trial: one rung, kept if the network carries it for kTrial, else back,
// and the next trial after kFirstWait, doubling (docs/adr/0008). Within a rung its bitrate follows what the
// way carries, unless that pulled down others who can take more. Pure; to be updated every 100 ms or so.
class ReceiverLadder {
 public:
  using Nanos = std::chrono::nanoseconds;
  static constexpr Nanos kTrial = std::chrono::seconds(2);
  static constexpr Nanos kFirstWait = std::chrono::seconds(10);
  static constexpr Nanos kMostWait = std::chrono::seconds(20);         // for the network
  static constexpr Nanos kMostDeviceWait = std::chrono::seconds(120);  // devices do not get better

  // `rungs`: top first. `audioKbps` of Opus are kept free for the sound, and what its packets' headers take.
  ReceiverLadder(std::vector<RungSpec> rungs, int audioKbps);

  struct Input {
    NetworkReport network;
    std::optional<ReceiverStats> stats;  // a new one from the client
    int canvasFps = 30;                  // no rung moves faster
    int bestLevel = 0;                   // what it wants or may have at most; see PeerSettings
    // What the best of the others on each rung can take; 0: nobody else is there. One for each rung.
    std::span<const int> kbpsOfOthers;
    // The level whose frames are on their way to it; differs from the last decision until that rung's
    // keyframe.
    int sentLevel = 0;
  };
  struct Decision {
    int level = 0;      // 0 to the number of rungs: sound alone
    int videoKbps = 0;  // what its rung may have for it, in the rung's bounds; 0: sound alone
    int paceKbps = 0;   // how fast pictures are to be let out, so that large ones do not hold up the sound
    ReceivingLimit why = ReceivingLimit::none;
    bool trial = false;
    bool operator==(const Decision&) const = default;
  };
  Decision update(const Input& input, Nanos now);

 private:
  // When the next trial may begin, after falls for one reason.
  struct Backoff {
    Nanos most;
    Nanos next{0}, wait{0};
    void fell(bool afterTrial, Nanos now);
  };
  struct Trial {
    int from;
    Nanos began;
  };

  void begin(int level, Nanos now);
  void followWish(const Input& input, int best, Nanos now);
  void followSent(const Input& input, Nanos now);
  bool followInterruption(const Input& input, Nanos now);
  void followNetwork(const Input& input, Nanos now);
  bool told(const NetworkReport& network, int reports) const;
  bool followReports(const NetworkReport& network, Nanos now);
  void followDevice(const Input& input, Nanos now);
  void fall(int level, ReceivingLimit why, Nanos now);
  void hold(int from, ReceivingLimit why);
  void moveTo(int level, Nanos now);
  bool early(ReceivingLimit why, Nanos now) const;
  void endTrial(Nanos now);
  void climb(const Input& input, Nanos now);
  void adaptRate(const Input& input, Nanos passed);
  double paceKbps(const Input& input) const;
  Decision decision(const Input& input, int best) const;

  int levels() const { return static_cast<int>(rungs_.size()); }
  const RungSpec& rung(int level) const { return rungs_[static_cast<std::size_t>(level)]; }
  bool moving(int level) const { return level < levels() && rung(level).fps > 0; }
  int lowestMoving() const;
  int others(const Input& input, int level) const;
  double videoRoom(const Input& input) const;
  int leastKbps(const Input& input, int level) const;
  bool fits(const Input& input, int level) const;
  int bestThatFits(const Input& input, int level) const;

  const std::vector<RungSpec> rungs_;
  const double soundKbps_;  // with headers

  bool begun_ = false;
  int level_ = 0;
  double wishKbps_ = 0;
  ReceivingLimit why_ = ReceivingLimit::none;  // wish: nothing else holds it down
  int heldFrom_ = 0;                           // where something else began to; back there nothing does
  std::optional<Nanos> arrived_;               // when the frames of level_ began to be sent
  Nanos movedAt_{0}, updatedAt_{0};

  // By receiver reports alone: how many there had been when what they tell of began, and what the way carries
  // as far as they tell.
  std::optional<int> reportsBefore_;
  std::optional<int> reportedKbps_;

  std::optional<Trial> trial_;
  std::optional<Nanos> climbedAt_;  // when the last trial was passed
  bool doubtLimit_ = false;         // a trial has begun: what was measured before it does not count
  Backoff network_{kMostWait}, device_{kMostDeviceWait};
  DeviceWatch deviceWatch_;

  std::optional<Nanos> interruptedAt_, backAt_;
  std::optional<int> beforeInterruption_;  // the level, when it was left
};

// The bitrate of a rung: what all who take it can bear, in its bounds. `wishes` are their videoKbps; none:
// its best.
int rungKbps(const RungSpec& rung, std::span<const int> wishes);
// The most that one of them can take, in its bounds, for Input::kbpsOfOthers; none: 0. Not what it is encoded
// at: two who get less by turns would pull it down to its least.
int bestKbps(const RungSpec& rung, std::span<const int> wishes);

}  // namespace tessera
