// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <vector>

#include "room/bandwidth_estimator.h"
#include "room/ladder.h"

// A room's senders, the ways to its receivers, and their feedback, on a fake clock: what the estimator sees
// follows from what the ladder chose, as in a room.

namespace tessera::test {

using Nanos = std::chrono::nanoseconds;

// A way to a receiver: loss, a bottleneck with a finite queue, delay. Back it is the same without bottleneck.
struct Way {
  int kbps = 0;                                  // 0: as much as you like
  Nanos queue = std::chrono::milliseconds(200);  // what does not fit is lost
  bool policer = false;                          // no queue at all: what is too much within 100 ms is lost
  double loss = 0;
  Nanos delay = std::chrono::milliseconds(25), jitter{0};  // delay ± jitter
  bool overtaking = false;                                 // jitter changes the order
  bool out = false;
  Nanos stalls{0};  // about twice a second nothing passes for up to this long: a busy machine on the way
};

// What happened to one receiver in a span of time.
struct Seen {
  int sound = 0, soundLost = 0;
  int frames = 0, packets = 0, packetsLost = 0;
  Nanos longestSound{0};  // delay
  double soundLoss() const { return sound > 0 ? static_cast<double>(soundLost) / sound : 0; }
};

class LadderSim {
 public:
  struct Options {
    std::vector<RungSpec> rungs{
        {720, 30, 1500, 500}, {360, 30, 500, 166}, {180, 15, 150, 50}, {360, 0, 40, 13}};
    int audioKbps = 40;
    Nanos feedbackEvery = std::chrono::milliseconds(100);
    bool reportsOnly = false;                   // no such feedback, but receiver reports every 2 to 5 s
    Nanos clientEpoch = std::chrono::hours(7);  // its clock against ours
    double content = 1;                         // of its bitrate, what the picture needs
    unsigned seed = 1;
  };
  struct Move {
    Nanos at;
    ReceiverLadder::Decision decision;
  };
  struct Client {
    Client(const Options& options, int number);
    Way way;
    int bestLevel = 0;
    std::function<ReceiverStats(int level)> device;  // what it says, every 2 s; none: nothing
    BandwidthEstimator estimator;
    ReceiverLadder ladder;
    ReceiverLadder::Decision decision;
    NetworkReport network;
    std::vector<Move> moves;   // changes of level
    std::map<int, Seen> seen;  // by second
    int congestions = 0;       // beginnings

   private:
    friend class LadderSim;
    struct Packet {
      std::uint32_t seq;
      Nanos sent;
      int bytes;
      bool sound;
    };
    struct Arrival {
      Packet packet;
      Nanos at;
    };
    void send(int bytes, bool sound, Nanos now);
    void receive(Nanos now);
    void feedBack(Nanos now);
    void sendReport(Nanos now);
    bool chance(double of) { return std::uniform_real_distribution<>(0, 1)(random_) < of; }
    Nanos jitter();
    Nanos stallEnd(Nanos now);

    const Options& options_;
    std::mt19937 random_;
    int sentLevel_ = 0;
    std::optional<Nanos> moveAt_;  // when the keyframe of its new rung comes
    Nanos nextFrame_{0}, lastStats_{0};
    std::deque<int> pacer_;
    double budget_ = 0;
    std::uint32_t seq_ = 0;
    Nanos busyUntil_{0}, lastArrival_{0}, stalledUntil_{0}, nextStall_{0};
    double tokens_ = 0;
    Nanos tokensAt_{0};
    std::deque<Packet> unreported_;  // in the order of sending
    std::vector<Arrival> coming_;
    std::map<std::uint32_t, Nanos> arrived_;
    std::uint32_t highest_ = 0, reportedTo_ = 0;
    Nanos lastDelay_{0};
    Nanos nextFeedback_{0};
    std::deque<std::pair<Nanos, std::vector<PacketFeedback>>> back_;
    std::map<std::uint32_t, Packet> sent_;
  };

  explicit LadderSim(Options options, int clients = 1);
  LadderSim() : LadderSim(Options{}) {}
  LadderSim(const LadderSim&) = delete;
  LadderSim& operator=(const LadderSim&) = delete;

  Client& client(std::size_t index = 0) { return *clients_[index]; }
  void run(Nanos duration, const std::function<void()>& everyStep = {});
  // Until `done`, looked at every 100 ms; how long that took, or nothing after `limit`.
  std::optional<Nanos> until(const std::function<bool()>& done, Nanos limit);
  void setContent(double content) { options_.content = content; }
  Nanos now() const { return now_; }
  int rungKbps(int level) const;                   // what it is encoded at; 0: nobody is there
  Seen seen(std::size_t index, Nanos from) const;  // until now
  const Options& options() const { return options_; }

 private:
  void step();
  void decide(Client& client);
  void produce(Client& client);
  void pace(Client& client);

  Options options_;
  std::vector<std::unique_ptr<Client>> clients_;
  Nanos now_ = std::chrono::seconds(100);
  Nanos nextDecision_ = now_, nextSound_ = now_;
};

}  // namespace tessera::test
