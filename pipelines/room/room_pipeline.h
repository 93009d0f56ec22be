// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "base/main_loop.h"
#include "pipelines/gst/bus.h"
#include "pipelines/legs/reaper.h"
#include "pipelines/room/audio_path.h"
#include "pipelines/room/canvas_planner.h"
#include "pipelines/room/phase_tap.h"
#include "pipelines/room/process_stats.h"
#include "pipelines/room/speaking_filter.h"
#include "pipelines/room/video_path.h"
#include "room/media_room.h"

namespace tessera {

// A room's media: one GstPipeline that holds the legs, the two mixers on their tick threads, the encoders and
// the fan-out. Main thread; destroying it waits for its threads.
class RoomPipeline final : public MediaRoom {
 public:
  static constexpr std::chrono::milliseconds kHealthInterval{250};
  static constexpr int kMaxHungTeardowns = 5;

  // gst::init() must have been called. `events` outlives the room.
  RoomPipeline(const RoomSettings& settings, MediaRoomEvents& events);
  ~RoomPipeline() override;
  RoomPipeline(const RoomPipeline&) = delete;
  RoomPipeline& operator=(const RoomPipeline&) = delete;

  void addPeer(const PeerSettings& settings) override;
  void setAnswer(const PeerKey& peer, const std::string& sdp) override;
  void addCandidate(const PeerKey& peer, const IceCandidate& candidate) override;
  void updatePeer(const PeerUpdate& update) override;
  void setLayout(const LayoutChoice& choice) override;
  void removePeer(const PeerKey& peer) override;

 private:
  // One participant, with the connection that is theirs now. The slots live and go with the connection.
  struct Peer {
    PeerSettings settings;
    bool handRaised = false;
    bool connected = false;
    std::shared_ptr<PhaseTap> video;
    std::shared_ptr<mix::AudioSlot> audio;
    std::unique_ptr<WebRtcLeg> leg;  // null once it failed
    ReceiverId receiver = 0;
  };

  Peer* find(const ParticipantId& participant);
  Peer* find(const PeerKey& key);  // null when the key is not the present connection's
  void connect(Peer& peer);
  WebRtcLeg::Handlers legHandlers(const PeerKey& key, VideoCodec codec);
  void disconnect(Peer& peer);  // the participant stays
  void refuse(const PeerKey& peer, Error why);

  void onLegState(const PeerKey& key, PeerState state, const Error& why);
  void failPeer(const PeerKey& key, const Error& why);
  void onReceiverBroken(ReceiverId receiver, const Error& why);
  void onBusMessage(GstMessage* message);
  void onLevels(const std::vector<AudioPath::SlotLevel>& levels);
  void onHealthDue();
  void failRoom(const Error& why);

  void updateRungs();
  void updatePlan();
  void followMainInput(const std::vector<SpeakerLevel>& levels);

  // given
  const RoomSettings settings_;
  MediaRoomEvents& events_;
  // owned
  gst::Ref<GstElement> pipeline_;
  std::unique_ptr<gst::BusWatch> bus_;
  std::unique_ptr<Reaper> reaper_;
  std::shared_ptr<Rungs> rungs_;
  std::shared_ptr<FanOut> fanOut_;
  std::unique_ptr<VideoPath> video_;
  std::unique_ptr<AudioPath> audio_;
  CanvasPlanner planner_;
  SpeakingFilter speaking_;
  ProcessStats stats_;
  Timer health_;
  std::vector<Peer> peers_;  // in the order of joining
  ParticipantId mainInput_;  // whose frames the canvas tick follows
  std::vector<Tile> tiles_;
  LayoutChoice layout_;
  bool failed_ = false;
  WeakOwner<RoomPipeline> weak_{this};
};

}  // namespace tessera
