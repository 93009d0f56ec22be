// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/api_messages.h"
#include "wire/client_messages.h"
#include "wire/live_messages.h"
#include "wire/recording_messages.h"

// The boundary between connections (signaling) and people (server): what a session may ask of the
// conference, and what the conference may do to a client. Tests put a fake on either side. Main thread.

namespace tessera::signaling {

// The way to one client. Valid until the seat that was made for it is destroyed.
class ClientLink {
 public:
  virtual ~ClientLink() = default;
  // One encoded wire::ToClient; a message for many is encoded once.
  virtual void send(std::string_view json) = 0;
  // Says goodbye and closes. Nothing of the seat is called any more.
  virtual void close(const wire::Bye& bye) = 0;
  // The same after an error that is final.
  virtual void fail(const Error& error, const wire::Bye& bye) = 0;
  // Since anything came in; whoever lives answers a ping every few seconds.
  virtual std::chrono::milliseconds silence() const = 0;
};

// A client's place in a room, held by its connection. Destroying it means that the connection is lost: the
// place is kept for a while, unless the client has left or was told to go.
class Seat {
 public:
  virtual ~Seat() = default;
  virtual void onMessage(const wire::FromClient& message) = 0;
  // The page was closed or is being reloaded (close code 1001, RFC 6455 section 7.4.1); the connection is
  // lost next.
  virtual void onGoingAway() = 0;
};

class Conference {
 public:
  virtual ~Conference() = default;

  // An error here refuses the connection before the upgrade.
  [[nodiscard]] virtual Status mayConnect(const RoomId& room) const = 0;
  // Sends `welcome` by the link before it returns. `address` is the client's, for barring.
  [[nodiscard]] virtual Result<std::unique_ptr<Seat>> join(const RoomId& room, const wire::Join& join,
                                                           ClientLink& link, const std::string& address) = 0;

  virtual bool ready() const = 0;
  virtual std::string metricsText() const = 0;  // Prometheus text format

  // The HTTP API; who may ask is settled before.
  virtual std::vector<wire::RoomSummary> listRooms() const = 0;
  [[nodiscard]] virtual Result<wire::RoomDetails> describeRoom(const RoomId& room) const = 0;
  [[nodiscard]] virtual Result<wire::RoomSummary> createRoom(const wire::CreateRoom& request) = 0;
  [[nodiscard]] virtual Status changeLayout(const RoomId& room, const wire::PatchRoom& change) = 0;
  [[nodiscard]] virtual Status endRoom(const RoomId& room) = 0;
  [[nodiscard]] virtual Status changeParticipant(const RoomId& room, const ParticipantId& id,
                                                 const wire::PatchParticipant& change) = 0;
  [[nodiscard]] virtual Status removeParticipant(const RoomId& room, const ParticipantId& id) = 0;

  virtual std::vector<wire::RecordingInfo> listRecordings() const = 0;  // the newest first
  [[nodiscard]] virtual Result<wire::RecordingInfo> describeRecording(const RecordingId& id) const = 0;
  [[nodiscard]] virtual Result<wire::RecordingInfo> startRecording(
      const RoomId& room, const wire::StartRecordingRequest& request) = 0;
  [[nodiscard]] virtual Status controlRecording(const RoomId& room, const RecordingId& id,
                                                RecordingAction action) = 0;
  [[nodiscard]] virtual Status deleteRecording(const RecordingId& id) = 0;  // conflict while it is made
  // The path of what belongs to a complete recording: "file", "poster", "timeline", or the name of a track.
  [[nodiscard]] virtual Result<std::string> recordingFile(const RecordingId& id,
                                                          std::string_view what) const = 0;

  [[nodiscard]] virtual Result<std::vector<wire::OutputInfo>> listOutputs(const RoomId& room) const = 0;
  [[nodiscard]] virtual Result<wire::OutputInfo> addOutput(const RoomId& room,
                                                           const wire::AddOutputRequest& request) = 0;
  [[nodiscard]] virtual Status removeOutput(const RoomId& room, const OutputId& id) = 0;
  // Where the room's playlist and segments are, while it has that output and for a moment afterwards.
  [[nodiscard]] virtual Result<std::string> hlsDirectory(const RoomId& room) const = 0;
  [[nodiscard]] virtual Result<std::vector<wire::SourceInfo>> listSources(const RoomId& room) const = 0;
  [[nodiscard]] virtual Result<wire::SourceInfo> addSource(const RoomId& room,
                                                           const wire::AddSourceRequest& request) = 0;
  [[nodiscard]] virtual Status removeSource(const RoomId& room, const ParticipantId& id) = 0;
};

}  // namespace tessera::signaling
