// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "base/main_loop.h"
#include "pipelines/fanout/fan_out.h"
#include "pipelines/legs/reaper.h"
#include "pipelines/legs/webrtc_leg.h"
#include "pipelines/room/audio_path.h"
#include "pipelines/room/phase_tap.h"
#include "pipelines/room/scene_planner.h"
#include "pipelines/room/steady_aspect.h"
#include "pipelines/room/video_path.h"
#include "pipelines/sources/media_source.h"
#include "room/media_room.h"

namespace tessera {

inline constexpr const char* kMainPc = "main";
inline constexpr const char* kScreenPc = "screen";

// One of a participant's two: what they take part with (main), and their shared screen, which only sends. It
// outlives its connection, which may fail and be made anew; the slots live and go with that. A file or stream
// that takes part has a source in the place of a leg, and takes nothing.
struct Peer {
  bool isMain() const { return settings.key.pc == kMainPc; }
  bool takesVideo() const { return connected && receiver != 0 && leg->output()->takesVideo(); }

  PeerSettings settings;
  std::uint64_t identity = 0;
  bool handRaised = false;
  bool poorConnection = false;
  bool connected = false;
  bool entered = false;  // has been connected
  SteadyAspect aspect;   // of the picture; outlives a connection that another replaces
  std::shared_ptr<PhaseTap> video;
  std::shared_ptr<mix::AudioSlot> audio;
  std::unique_ptr<WebRtcLeg> leg;  // null once it failed, and of a source
  std::unique_ptr<MediaSource> source;
  ReceiverId receiver = 0;  // 0: takes nothing
};

// The connections of a room. Main thread.
class Peers {
 public:
  struct Media {  // outlives them
    GstPipeline* pipeline = nullptr;
    VideoPath& video;
    AudioPath& audio;
    std::shared_ptr<FanOut> fanOut;
    Reaper& reaper;
  };
  // `onChange`: somebody came, went, connected, failed, or something of what they show changed.
  Peers(const RoomSettings& settings, Media media, MediaRoomEvents& events, std::function<void()> onChange);
  ~Peers();
  Peers(const Peers&) = delete;
  Peers& operator=(const Peers&) = delete;

  void add(const PeerSettings& settings);  // the newer connection of one who is there takes the place
  void remove(const PeerKey& key);
  // Who is a file or a stream by address: `connected` while it plays. Known ids are ignored.
  void addSource(const SourceSettings& settings);
  void removeSource(const ParticipantId& participant);
  void update(const PeerUpdate& update);
  WebRtcLeg* leg(const PeerKey& key);  // null: it failed, or the key is not the present connection's

  // The connection ends and is told as failed; the participant's place stays.
  void fail(const PeerKey& key, const Error& why);
  bool failOwner(GstObject* source, const Error& why);  // false: it is nobody's
  void failReceiver(ReceiverId receiver, const Error& why);

  const std::vector<Peer>& all() const { return peers_; }  // in the order of joining

 private:
  Peer* find(const PeerKey& key);
  Peer* find(const ParticipantId& participant, std::string_view pc);
  std::optional<Error> whyNot(const PeerKey& key) const;
  void makeSlots(Peer& peer);
  void connect(Peer& peer);
  [[nodiscard]] Status startSource(Peer& peer, const SourceSettings& settings);
  void disconnect(Peer& peer);
  void tieSounds(const ParticipantId& participant);
  WebRtcLeg::Handlers legHandlers(const PeerKey& key);
  std::optional<RungId> firstRung(const PeerSettings& settings) const;
  void onLegState(const PeerKey& key, PeerState state, const Error& why);
  void onSourceStatus(const PeerKey& key, const SourceStatus& status);
  void onConnected(Peer& peer);
  void enter(Peer& peer);
  void onVideoSize(const PeerKey& key, int width, int height);
  void takeAspects();
  void refuse(const PeerKey& key, Error why);
  void refuseSource(const ParticipantId& participant, Error why);

  // given
  const RoomSettings settings_;
  const Media media_;
  MediaRoomEvents& events_;
  const std::function<void()> onChange_;
  // owned
  std::vector<Peer> peers_;
  std::uint64_t identities_ = kFirstIdentity;
  Timer aspectsDue_;
  WeakOwner<Peers> weak_{this};
};

}  // namespace tessera
