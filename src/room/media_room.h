// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/ids.h"
#include "room/live.h"
#include "room/look.h"
#include "room/recording.h"
#include "room/rung.h"

// The boundary between those who know people (the server) and those who know media (the room process).
// Two implementations: pipelines/RoomPipeline (the media itself) and server/RoomProcess (a proxy that speaks
// wire/room_messages.h to the process that runs it). Tests use either, or a fake. Main thread throughout.

namespace tessera {

struct CanvasSettings {
  int width = 1280;  // pixels, even
  int height = 720;
  int fps = 30;
  bool operator==(const CanvasSettings&) const = default;
};

struct SoundSettings {
  bool stereo = false;    // for music: what comes in stereo stays so
  bool levelling = true;  // brings quiet and loud speakers together; off for music
  bool chimes = false;    // when somebody enters or leaves
  bool operator==(const SoundSettings&) const = default;
};

// The picture and sound that recordings and live outputs get, whatever the receivers' ladders do. Always of
// this size and rate: a canvas that is degraded is scaled up.
struct ProgramSettings {
  int width = 1280;  // pixels, even
  int height = 720;
  int fps = 30;
  int videoKbps = 2500;
  int audioKbps = 128;
  bool operator==(const ProgramSettings&) const = default;
};

// What a room process needs to know, resolved from the configuration by the server.
struct RoomSettings {
  RoomId room;
  CanvasSettings canvas;
  // Top first, 1 to kMaxRungs, each lower in height or rate.
  std::vector<RungSpec> rungs = std::vector<RungSpec>(1);
  int audioKbps = 40;
  int maxTalkers = 6;
  int maxParticipants = 100;
  Look look;
  SoundSettings sound;
  ProgramSettings program;
  std::vector<std::string> gatherAddresses;     // IP literals; empty: every interface but loopback
  std::vector<std::string> announcedAddresses;  // NAT 1:1: host candidates carry these instead
  int minUdpPort = 0;                           // 0: chosen by the system
  int maxUdpPort = 0;
  std::string stunServer;  // "stun://host:port", for the server's own reflexive candidates; usually empty
};

struct PeerSettings {
  PeerKey key;
  std::string name;
  VideoCodec codec = VideoCodec::vp8;  // both directions
  bool muted = false;
  bool cameraOff = false;  // true also for who has no camera: the tile shows initials
  bool hidden = false;     // a viewer without a tile: sends nothing and is not drawn
  // The best level of the ladder that they want or may have: 0 is the top rung, the number of rungs sound
  // alone.
  int bestLevel = 0;
};
// With key.pc "screen" it is the participant's shared screen: it only sends (picture, and sound if it has
// any), and its participant does not hear that sound back.

struct PeerUpdate {
  ParticipantId participant;
  std::optional<bool> muted;
  std::optional<bool> cameraOff;
  std::optional<bool> handRaised;
  std::optional<bool> poorConnection;
  std::optional<int> bestLevel;
};

// What a client says of the picture that it receives, since it said so last.
struct ReceiverStats {
  double seconds = 0;  // that this is about
  int framesDecoded = 0;
  int framesDropped = 0;  // decoded, or not even that, but not shown for want of time
  int freezes = 0;
  int decodeMs = 0;  // of one frame, on average
};

// What keeps a receiver from the top rung.
enum class ReceivingLimit { none, network, device, wish };

// What a participant gets of the picture.
struct Receiving {
  int level = 0;           // the number of rungs: sound alone
  CanvasSettings picture;  // of the rung; fps 0: a still picture every kStillEvery; width 0: none
  int kbps = 0;            // of the rung
  ReceivingLimit limit = ReceivingLimit::none;
  bool operator==(const Receiving&) const = default;
};

// The picture that is of use from a sender, in its own proportions; all 0: none, nothing of it is shown.
struct Ingest {
  int width = 0, height = 0;
  int fps = 0;
  int kbps = 0;
  bool operator==(const Ingest&) const = default;
};

struct IceCandidate {
  int mline = 0;
  std::string candidate;  // "candidate:…"; empty: end of candidates
};

enum class PeerState { connecting, connected, failed };

struct Tile {
  ParticipantId participant;
  std::string pc = "main";
  int x = 0, y = 0, width = 0, height = 0;  // canvas pixels
  bool operator==(const Tile&) const = default;
};

// The picture as it is now.
struct Picture {
  CanvasSettings canvas;                 // smaller than the room's when that is degraded
  LayoutKind layout = LayoutKind::grid;  // what is shown: never automatic
  std::vector<Tile> tiles;
  int more = 0;  // people without a tile of their own, in a drawn +N or not
  bool operator==(const Picture&) const = default;
};

struct SpeakerLevel {
  ParticipantId participant;
  int levelDb = -127;  // dBov, -127 to 0
  bool speaking = false;
  bool active = false;  // is the one that layouts show as the speaker
};

// What a room without enough CPU time gives up, in this order; each level includes the ones before it.
enum class Degradation { none, rate, size, closed };  // closed: no further senders

struct RoomHealth {
  std::uint64_t videoTicks = 0;
  std::uint64_t audioTicks = 0;
  std::uint64_t missedVideoTicks = 0;
  std::uint64_t missedAudioTicks = 0;
  Degradation degradation = Degradation::none;
  int peers = 0;
  int hungTeardowns = 0;
  int threads = 0;
  double cpuSeconds = 0;  // user + system since the start of the process
  std::int64_t pssBytes = 0;
  int videoEncoders = 0;
  int audioEncoders = 0;
};

// What a room tells. Every call is on the main thread and none after the MediaRoom is destroyed.
class MediaRoomEvents {
 public:
  virtual ~MediaRoomEvents() = default;
  virtual void onOffer(const PeerKey& peer, const std::string& sdp) = 0;
  virtual void onCandidate(const PeerKey& peer, const IceCandidate& candidate) = 0;
  // failed is final for this connection: the server makes a new one (gen + 1) or lets the participant go.
  virtual void onPeerState(const PeerKey& peer, PeerState state, const Error& why) = 0;
  // What a peer sent was refused (bad SDP, bad candidate); the connection lives on unless `failed` follows.
  virtual void onPeerError(const PeerKey& peer, const Error& error) = 0;
  virtual void onPicture(const Picture& picture) = 0;                    // when anything of it changed
  virtual void onSpeaking(const std::vector<SpeakerLevel>& levels) = 0;  // 5 times a second, and on changes
  // Measured from what a participant's main connection sends: many packets are lost or late, or no longer.
  virtual void onConnectionQuality(const PeerKey& peer, bool poor) = 0;
  // What the main connection is sent, when it changes and once at the start.
  virtual void onReceiving(const PeerKey& peer, const Receiving& receiving) = 0;
  // What is to be asked of a connection that sends a picture, when it changes and once at the start.
  virtual void onIngest(const PeerKey& peer, const Ingest& ingest) = 0;
  virtual void onRecording(const RecordingStatus& status) = 0;
  virtual void onOutput(const OutputStatus& status) = 0;  // on every change of the phase and once a second
  virtual void onSource(const SourceStatus& status) = 0;  // on every change
  virtual void onHealth(const RoomHealth& health) = 0;    // every 250 ms
  virtual void onFailed(const Error& why) = 0;  // the room is gone (process died, hung, too many teardowns)
};

class MediaRoom {
 public:
  virtual ~MediaRoom() = default;
  virtual void addPeer(const PeerSettings& settings) = 0;  // an offer follows by onOffer
  virtual void setAnswer(const PeerKey& peer, const std::string& sdp) = 0;
  virtual void addCandidate(const PeerKey& peer, const IceCandidate& candidate) = 0;
  virtual void updatePeer(const PeerUpdate& update) = 0;
  virtual void setLayout(const LayoutChoice& choice) = 0;
  virtual void reportStats(const ParticipantId& participant, const ReceiverStats& stats) = 0;
  virtual void removePeer(const PeerKey& peer) = 0;  // a stale or unknown key is ignored

  virtual void startRecording(const RecordingSettings& settings) = 0;
  virtual void controlRecording(const RecordingId& id, RecordingAction action) = 0;
  virtual void startOutput(const OutputSettings& settings) = 0;
  virtual void stopOutput(const OutputId& id) = 0;
  virtual void addSource(const SourceSettings& settings) = 0;  // updatePeer() is for it as well
  virtual void removeSource(const ParticipantId& participant) = 0;
};

}  // namespace tessera
