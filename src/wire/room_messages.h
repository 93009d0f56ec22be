// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "room/media_room.h"

// Server <-> room process: newline-delimited JSON over an inherited socket pair (base/line_channel.h).
// Envelope {v, seq, re, type, peer, pc, gen}; docs/architecture.md describes it.

namespace tessera::wire {

inline constexpr int kRoomProtocolVersion = 1;
inline constexpr int kRoomSocketFd = 3;  // the descriptor a room process inherits

// ---- server to room
struct BindRoom {
  RoomSettings settings;
};  // a warm spare becomes this room
struct AddPeer {
  PeerSettings settings;
};
struct SetAnswer {
  PeerKey peer;
  std::string sdp;
};
struct AddCandidate {
  PeerKey peer;
  IceCandidate candidate;
};
struct UpdatePeer {
  PeerUpdate update;
};
struct SetLayout {
  LayoutChoice choice;
};
struct ReportStats {
  ParticipantId participant;
  ReceiverStats stats;
};
struct RemovePeer {
  PeerKey peer;
};
struct StartRecording {
  RecordingSettings settings;
};
struct ControlRecording {
  RecordingId id;
  RecordingAction action = RecordingAction::stop;
};
struct StartOutput {
  OutputSettings settings;
};
struct StopOutput {
  OutputId id;
};
struct AddSource {
  SourceSettings settings;
};
struct RemoveSource {
  ParticipantId participant;
};
struct CloseRoom {};  // finish and exit 0

using ToRoom = std::variant<BindRoom, AddPeer, SetAnswer, AddCandidate, UpdatePeer, SetLayout, ReportStats,
                            RemovePeer, StartRecording, ControlRecording, StartOutput, StopOutput, AddSource,
                            RemoveSource, CloseRoom>;

// ---- room to server
struct SpareReady {
  std::string version;
};  // registry loaded, DTLS key made
struct PeerOffer {
  PeerKey peer;
  std::string sdp;
};
struct PeerCandidate {
  PeerKey peer;
  IceCandidate candidate;
};
struct PeerStateChanged {
  PeerKey peer;
  PeerState state = PeerState::connecting;
  Error why;
};
struct PeerErrorReport {
  PeerKey peer;
  Error error;
};
struct PictureChanged {
  Picture picture;
};
struct ConnectionQuality {
  PeerKey peer;
  bool poor = false;
};
struct ReceivingChanged {
  PeerKey peer;
  Receiving receiving;
};
struct IngestChanged {
  PeerKey peer;
  Ingest ingest;
};
struct Speaking {
  std::vector<SpeakerLevel> levels;
};  // state: latest wins
struct RecordingChanged {
  RecordingStatus status;
};
struct OutputChanged {
  OutputStatus status;
};
struct SourceChanged {
  SourceStatus status;
};
struct Heartbeat {
  RoomHealth health;
};  // state: latest wins
struct RoomFailed {
  Error why;
};

using FromRoom = std::variant<SpareReady, PeerOffer, PeerCandidate, PeerStateChanged, PeerErrorReport,
                              PictureChanged, ConnectionQuality, ReceivingChanged, IngestChanged, Speaking,
                              RecordingChanged, OutputChanged, SourceChanged, Heartbeat, RoomFailed>;

// One line without the newline. `seq` counts up per direction.
std::string encode(const ToRoom& message, std::uint64_t seq);
std::string encode(const FromRoom& message, std::uint64_t seq);
[[nodiscard]] Result<ToRoom> decodeToRoom(std::string_view line);
[[nodiscard]] Result<FromRoom> decodeFromRoom(std::string_view line);

}  // namespace tessera::wire
