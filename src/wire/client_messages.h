// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "room/media_room.h"

// Client <-> server over the WebSocket (subprotocol tessera.v1). The contract, with an example of every
// message, is signaling/PROTOCOL.md; limits are in wire/limits.h.

namespace tessera::wire {

// ---- client to server
// The best picture that it wants: at most this high; 0: sound alone; not set: as good as possible.
struct ClientReceive {
  std::optional<int> height;  // pixels
};
struct KeptConnection {
  std::string pc;
  std::uint32_t gen = 0;
};
struct Join {
  std::string name;
  bool sendAudio = true;  // send: {audio, video}: what it will send; both false and viewer: listen-only
  bool sendVideo = true;
  bool viewer = false;  // no tile in the picture
  bool muted = false;
  bool cameraOff = false;
  std::vector<VideoCodec> codecs;         // what it can decode and encode, any order; at least one
  std::vector<VideoCodec> hardware;       // what it decodes in hardware
  int screenWidth = 0, screenHeight = 0;  // optional, CSS pixels times device ratio
  ClientReceive receive;
  std::string resume;                // token of an earlier welcome, or empty
  std::vector<KeptConnection> keep;  // with it: media connections that are up and need no new offer
};
struct ClientAnswer {
  std::string pc;
  std::uint32_t gen = 0;
  std::string sdp;
};
struct ClientCandidate {
  std::string pc;
  std::uint32_t gen = 0;
  IceCandidate candidate;
};
struct ClientMedia {
  std::optional<bool> muted;
  std::optional<bool> cameraOff;
};
struct ClientChat {
  std::string text;
};
struct ClientHand {
  bool raised = false;
};
enum class ModerateAction { kick, mute, stopScreen, end };
struct Moderate {
  ModerateAction action = ModerateAction::mute;
  ParticipantId target;
};  // no target for end
struct Reconnect {
  std::string pc;
};  // the client lost its media connection and wants a new offer
// How the mix arrives. What is counted is so since the last one.
struct ClientStats {
  double seconds = 0;  // since the last one; 0: not said, and of use to the logs only
  double fps = 0;
  int framesDecoded = 0;
  int framesDropped = 0;
  int freezes = 0;
  double decodeMs = 0;  // of one frame, on average
  int packetsLost = 0;
  int rttMs = 0;
};
struct ClientLayout {
  LayoutChoice choice;
};  // of the moderator: the whole choice
enum class ScreenAction { start, stop };
struct ClientScreen {
  ScreenAction action = ScreenAction::start;
};
enum class RecordAction { start, pause, resume, stop };
struct ClientRecord {
  RecordAction action = RecordAction::start;
};  // of the moderator, about the room's recording
struct Ping {
  std::uint32_t id = 0;  // any
};
struct Leave {};

using FromClient = std::variant<Join, ClientAnswer, ClientCandidate, ClientMedia, ClientChat, ClientHand,
                                Moderate, Reconnect, ClientLayout, ClientScreen, ClientReceive, ClientStats,
                                ClientRecord, Ping, Leave>;

// ---- server to client
enum class Role { moderator, participant, viewer, source };
struct RosterEntry {
  ParticipantId id;
  std::string name;
  Role role = Role::participant;
  bool muted = false;
  bool cameraOff = false;
  bool handRaised = false;
  bool connected = false;  // its media is up
  bool sharing = false;    // a screen
  bool poorConnection = false;
};
struct IceServer {
  std::string url, username, credential;
};
enum class ScreenState { refused, takenOver, ended };
struct ScreenNotice {
  ScreenState state = ScreenState::ended;
  Error why;
};  // to the one who shares, or wanted to
// Whether what is said and shown here is kept, or seen elsewhere.
enum class RecordingNoticeState { none, recording, paused };
struct RecordingNotice {
  RecordingNoticeState state = RecordingNoticeState::none;
  int streams = 0;             // live outputs that are up
  std::int64_t sinceMs = 0;    // Unix time of the recording's start; 0: none
  std::optional<Error> error;  // why the last one ended early
};
struct Welcome {
  ParticipantId id;
  RoomId room;
  Role role = Role::participant;
  std::string resume;
  bool resumed = false;
  CanvasSettings canvas;
  int glideMs = 0, cornerRadius = 0;       // look: how tiles move, and their corners in canvas pixels
  LayoutChoice layout;                     // in force
  std::vector<std::string> customLayouts;  // names that may be chosen
  std::vector<IceServer> iceServers;
  RecordingNotice recording;
  std::optional<ScreenNotice> screen;  // how one's sharing ended, which may not have been heard
  std::vector<RosterEntry> participants;
};
struct ServerOffer {
  std::string pc;
  std::uint32_t gen = 0;
  std::string sdp;
};
struct ServerCandidate {
  std::string pc;
  std::uint32_t gen = 0;
  IceCandidate candidate;
};
struct Roster {
  std::vector<RosterEntry> participants;
};  // the whole list, after each change
struct Tiles {
  Picture picture;
};
struct ServerLayout {
  LayoutChoice choice;
};  // in force, after each change
struct QualityNotice {
  Degradation level = Degradation::none;
  std::string text;
};  // what the room gives up for want of time
struct ServerReceiving {
  Receiving receiving;
  int levels = 1;  // that there are: one more than the ladder has rungs
};
struct ServerIngest {
  std::string pc;
  std::uint32_t gen = 0;
  Ingest ingest;
};
struct SpeakingUpdate {
  std::vector<SpeakerLevel> levels;
};
struct ServerChat {
  ParticipantId from;
  std::string name;
  std::string text;
  std::int64_t timeMs = 0;
};
struct ErrorMessage {
  Error error;
  bool final = false;
  std::string re;
};  // re: the type it answers, or empty
struct Pong {
  std::uint32_t id = 0;
};
struct Bye {
  ErrorCode code = ErrorCode::roomEnded;
  std::string text;
  bool reconnect = false;
  int afterMs = 0;
};

using ToClient = std::variant<Welcome, ServerOffer, ServerCandidate, Roster, Tiles, ServerReceiving,
                              ServerIngest, SpeakingUpdate, ServerLayout, ScreenNotice, QualityNotice,
                              RecordingNotice, ServerChat, ErrorMessage, Pong, Bye>;

[[nodiscard]] Result<FromClient> decodeFromClient(std::string_view text);
std::string encode(const ToClient& message);

// The other direction, for tessera-load and the tests.
[[nodiscard]] Result<ToClient> decodeToClient(std::string_view text);
std::string encode(const FromClient& message);

// The `type` of a message as it stands on the wire ("join").
std::string_view typeName(const FromClient& message);
std::string_view typeName(const ToClient& message);

// The known `type` of a client's text that did not decode, for the `re` of the error; empty when it has none.
std::string_view claimedType(std::string_view text);

}  // namespace tessera::wire
