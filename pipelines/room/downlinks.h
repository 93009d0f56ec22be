// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <vector>

#include "base/main_loop.h"
#include "pipelines/room/peers.h"
#include "room/ladder.h"
#include "room/media_room.h"

namespace tessera {

// What everybody is sent: places each receiver on the ladder by what is known of its network and its device,
// keeps the rungs that this takes, at a bitrate that all on them can bear, has the sound protected against
// what is lost, and tells each participant what they get. Works by a timer, never by packet. Main thread.
class Downlinks {
 public:
  static constexpr std::chrono::milliseconds kInterval{100};
  // A bitrate that moves is told at most so often, and when it has moved by a tenth.
  static constexpr mix::Nanos kKbpsToldEvery = std::chrono::seconds(1);

  struct Media {  // outlives them
    VideoPath& video;
    AudioPath& audio;
    FanOut& fanOut;
  };

  Downlinks(const RoomSettings& settings, const Peers& peers, Media media, MediaRoomEvents& events);

  void update();  // by itself, too; to be called when somebody came, went, moved, or wants else
  void setCanvas(const CanvasSettings& canvas);
  bool takes(RungId rung) const;  // does somebody, or are they to?
  void report(const ParticipantId& participant, const ReceiverStats& stats);

 private:
  struct Downlink {
    PeerKey key;
    VideoCodec codec;
    ReceiverLadder ladder;
    ReceiverLadder::Decision decision{};
    std::optional<ReceiverStats> stats{};  // not yet looked at
    int sentLevel = 0;
    double loss = 0;    // share of the packets, smoothed
    int paceKbps = -1;  // as told the fan-out
    int kbps = 0;       // of the rung that it is to take
    std::optional<Receiving> told{};
    mix::Nanos toldAt{0};
  };
  using Map = std::map<ReceiverId, Downlink>;

  int levels() const { return static_cast<int>(settings_.rungs.size()); }
  std::vector<RungId> needed() const;
  std::optional<RungId> rungAt(VideoCodec codec, int level) const;
  void followPeers();
  void place(ReceiverId id, Downlink& downlink, const Peer& peer, mix::Nanos now);
  std::vector<int> kbpsOfOthers(ReceiverId id, VideoCodec codec) const;
  std::vector<int> wishes(RungId rung, ReceiverId except) const;
  void keepRungs(mix::Nanos now);
  void protectSound();
  void tell(Downlink& downlink, mix::Nanos now);

  // given
  const RoomSettings settings_;
  const Peers& peers_;
  const Media media_;
  MediaRoomEvents& events_;
  // owned
  CanvasSettings canvas_;
  Map downlinks_;
  Timer timer_;
};

}  // namespace tessera
