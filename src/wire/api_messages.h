// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "room/media_room.h"
#include "wire/client_messages.h"

// The bodies of the HTTP API (/v1/rooms…); signaling/PROTOCOL.md shows each.

namespace tessera::wire {

enum class RoomState { starting, running, recovering, ending };  // recovering: its process is being replaced

struct RoomSummary {
  RoomId id;
  RoomState state = RoomState::starting;
  int participants = 0;
  std::int64_t startedAtMs = 0;  // Unix time; on the wire as RFC 3339, "2026-01-31T12:00:00.000Z"
};

struct ApiParticipant {
  RosterEntry entry;
  int levelDb = -127;  // dBov
  bool speaking = false;
  VideoCodec codec = VideoCodec::vp8;
  int maxHeight = 0;                   // of the picture that they get, as the operator says; 0: any
  std::optional<Receiving> receiving;  // none before there is a connection
};

struct RoomDetails {
  RoomSummary summary;
  std::string templateName;        // empty: none applies
  CanvasSettings canvas;           // as it is configured
  LayoutChoice layout;             // in force
  std::optional<Picture> picture;  // what is shown; none before the first
  std::vector<ApiParticipant> participants;
  int processId = 0;                 // of the room process; 0: none at the moment
  int restarts = 0;                  // of the room process since the room began
  std::optional<RoomHealth> health;  // none before the first heartbeat
};

std::string encodeRoomList(const std::vector<RoomSummary>& rooms);  // GET /v1/rooms
std::string encodeRoomSummary(const RoomSummary& room);             // answer to POST /v1/rooms
std::string encodeRoomDetails(const RoomDetails& room);             // GET /v1/rooms/{room}
std::string encodeApiError(const Error& error);                     // with httpStatus(error.code)

struct CreateRoom {
  RoomId room;
  std::string templateName;  // empty: the first whose pattern fits
};
[[nodiscard]] Result<CreateRoom> decodeCreateRoom(std::string_view body);  // POST /v1/rooms

// What is not set stays as it is, but that another layout drops the name of a custom one.
struct PatchRoom {
  std::optional<LayoutKind> layout;
  std::string custom;
  std::optional<std::vector<ParticipantId>> pinned;
};
[[nodiscard]] Result<PatchRoom> decodePatchRoom(std::string_view body);  // PATCH /v1/rooms/{room}

// What is not set stays as it is.
struct PatchParticipant {
  std::optional<bool> muted;
  std::optional<int> maxHeight;  // of the picture that they get, pixels; 0: any
};
[[nodiscard]] Result<PatchParticipant> decodePatchParticipant(std::string_view body);

}  // namespace tessera::wire
