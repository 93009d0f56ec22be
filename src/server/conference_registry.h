// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/conference_room.h"
#include "signaling/conference.h"

namespace tessera::server {

// All rooms of this server: made by the first to join (or the API), gone when empty or ended. Main thread.
class ConferenceRegistry : public signaling::Conference {
 public:
  // `prototype`: what every room's process is told, but for what its name and template say.
  ConferenceRegistry(const RoomContext& context, RoomSettings prototype, RoomTiming timing = {});
  ~ConferenceRegistry() override;

  void shutDown(const wire::Bye& bye);  // tells everybody; nobody gets in any more
  bool empty() const { return rooms_.empty(); }

  [[nodiscard]] Status mayConnect(const RoomId& room) const override;
  [[nodiscard]] Result<std::unique_ptr<signaling::Seat>> join(const RoomId& room, const wire::Join& join,
                                                              signaling::ClientLink& link,
                                                              const std::string& address) override;
  bool ready() const override;
  std::string metricsText() const override;
  std::vector<wire::RoomSummary> listRooms() const override;
  [[nodiscard]] Result<wire::RoomDetails> describeRoom(const RoomId& room) const override;
  [[nodiscard]] Result<wire::RoomSummary> createRoom(const wire::CreateRoom& request) override;
  [[nodiscard]] Status changeLayout(const RoomId& room, const wire::PatchRoom& change) override;
  [[nodiscard]] Status endRoom(const RoomId& room) override;
  [[nodiscard]] Status changeParticipant(const RoomId& room, const ParticipantId& id,
                                         const wire::PatchParticipant& change) override;
  [[nodiscard]] Status removeParticipant(const RoomId& room, const ParticipantId& id) override;

  // conference_registry_recordings.cpp
  std::vector<wire::RecordingInfo> listRecordings() const override;
  [[nodiscard]] Result<wire::RecordingInfo> describeRecording(const RecordingId& id) const override;
  [[nodiscard]] Result<wire::RecordingInfo> startRecording(
      const RoomId& room, const wire::StartRecordingRequest& request) override;
  [[nodiscard]] Status controlRecording(const RoomId& room, const RecordingId& id,
                                        RecordingAction action) override;
  [[nodiscard]] Status deleteRecording(const RecordingId& id) override;
  [[nodiscard]] Result<std::string> recordingFile(const RecordingId& id,
                                                  std::string_view what) const override;

  // conference_registry_live.cpp
  [[nodiscard]] Result<std::vector<wire::OutputInfo>> listOutputs(const RoomId& room) const override;
  [[nodiscard]] Result<wire::OutputInfo> addOutput(const RoomId& room,
                                                   const wire::AddOutputRequest& request) override;
  [[nodiscard]] Status removeOutput(const RoomId& room, const OutputId& id) override;
  [[nodiscard]] Result<std::string> hlsDirectory(const RoomId& room) const override;
  [[nodiscard]] Result<std::vector<wire::SourceInfo>> listSources(const RoomId& room) const override;
  [[nodiscard]] Result<wire::SourceInfo> addSource(const RoomId& room,
                                                   const wire::AddSourceRequest& request) override;
  [[nodiscard]] Status removeSource(const RoomId& room, const ParticipantId& id) override;

 private:
  [[nodiscard]] Result<ConferenceRoom*> find(const RoomId& room) const;
  [[nodiscard]] Result<ConferenceRoom*> findOrStart(const RoomId& room, const std::string& templateName = {});
  RoomSettings settingsOf(const RoomId& room, const config::Room& rules) const;
  std::optional<ParticipantId> provenIdentity(const RoomId& room, const std::string& token) const;
  void onRoomEnded(const RoomId& room);

  RoomContext context_;
  RoomSettings prototype_;
  RoomTiming timing_;
  double startSeconds_;
  HlsFolders hls_;  // outlives the rooms
  std::map<RoomId, std::unique_ptr<ConferenceRoom>> rooms_;
  bool shuttingDown_ = false;
  WeakOwner<ConferenceRegistry> weak_{this};
};

}  // namespace tessera::server
