// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "base/main_loop.h"
#include "pipelines/gst/bus.h"
#include "pipelines/legs/reaper.h"
#include "pipelines/room/audio_path.h"
#include "pipelines/room/downlinks.h"
#include "pipelines/room/peers.h"
#include "pipelines/room/program_outputs.h"
#include "pipelines/room/room_picture.h"
#include "pipelines/room/speaking_filter.h"
#include "pipelines/room/uplinks.h"
#include "pipelines/room/video_path.h"
#include "pipelines/room/vitals.h"
#include "room/media_room.h"

namespace tessera {

// A room's media: one GstPipeline that holds the legs, the two mixers on their tick threads, the encoders and
// the fan-out. Main thread; destroying it waits for its threads.
class RoomPipeline final : public MediaRoom {
 public:
  static constexpr std::chrono::milliseconds kHealthInterval{250};
  static constexpr int kMaxHungTeardowns = 5;
  using Governor = Vitals::Governor;
  static Governor makeGovernor();

  // gst::init() must have been called. `events` outlives the room.
  RoomPipeline(const RoomSettings& settings, MediaRoomEvents& events, Governor governor = makeGovernor());
  ~RoomPipeline() override;
  RoomPipeline(const RoomPipeline&) = delete;
  RoomPipeline& operator=(const RoomPipeline&) = delete;

  void addPeer(const PeerSettings& settings) override;
  void setAnswer(const PeerKey& peer, const std::string& sdp) override;
  void addCandidate(const PeerKey& peer, const IceCandidate& candidate) override;
  void updatePeer(const PeerUpdate& update) override;
  void setLayout(const LayoutChoice& choice) override;
  void reportStats(const ParticipantId& participant, const ReceiverStats& stats) override;
  void removePeer(const PeerKey& peer) override;
  void startRecording(const RecordingSettings& settings) override;
  void controlRecording(const RecordingId& id, RecordingAction action) override;
  void startOutput(const OutputSettings& settings) override;
  void stopOutput(const OutputId& id) override;
  void addSource(const SourceSettings& settings) override;
  void removeSource(const ParticipantId& participant) override;

  std::shared_ptr<ProgramHub> program() const { return program_; }  // what recordings and outputs take

 private:
  void changed();  // what is sent and the picture follow in a later turn of the loop, once for many changes
  void update();
  void updatePicture();
  void followLeader();
  Sitter sitterOf(const Peer& main) const;

  void onBusMessage(GstMessage* message);
  void onLevels(const std::vector<AudioPath::SlotLevel>& levels);
  void onHealthDue();
  void degrade(Degradation level);
  void failRoom(const Error& why);
  FanOut::Handlers fanOutHandlers();
  ProgramFeed::Handlers programHandlers();
  void onRungFailed(RungId rung, const Error& why);
  AudioPath::Voices voices() const;

  // given
  const RoomSettings settings_;
  MediaRoomEvents& events_;
  // owned
  gst::Ref<GstElement> pipeline_;
  std::unique_ptr<gst::BusWatch> bus_;
  std::unique_ptr<Reaper> reaper_;
  std::shared_ptr<Rungs> rungs_;
  std::shared_ptr<FanOut> fanOut_;
  std::shared_ptr<ProgramFeed> program_;
  std::unique_ptr<VideoPath> video_;
  std::unique_ptr<AudioPath> audio_;
  std::unique_ptr<Peers> peers_;
  std::unique_ptr<Downlinks> downlinks_;
  std::unique_ptr<Uplinks> uplinks_;
  std::unique_ptr<RoomPicture> picture_;
  std::unique_ptr<ProgramOutputs> outputs_;
  std::unique_ptr<Vitals> vitals_;
  SpeakingFilter speaking_;
  Timer health_;
  Degradation degradation_ = Degradation::none;
  std::shared_ptr<PhaseTap> leader_;                // whose frames the canvas tick follows
  std::vector<std::shared_ptr<PhaseTap>> flowing_;  // of those who were planned without an avatar
  bool changed_ = false;
  bool failed_ = false;
  WeakOwner<RoomPipeline> weak_{this};
};

}  // namespace tessera
