// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "signaling/conference.h"

namespace tessera::test {

// Lets everybody in and remembers what they say.
class FakeConference : public signaling::Conference {
 public:
  std::optional<Error> refuseConnections;
  std::optional<Error> refuseJoins;
  std::vector<std::string> joined;    // names
  std::vector<std::string> messages;  // type names
  std::vector<std::string> addresses;
  std::vector<std::string> calls;  // of the API
  signaling::ClientLink* link = nullptr;
  int seats = 0;
  int goneAway = 0;

  Status mayConnect(const RoomId&) const override {
    if (refuseConnections) return tl::unexpected(*refuseConnections);
    return {};
  }
  Result<std::unique_ptr<signaling::Seat>> join(const RoomId& room, const wire::Join& join,
                                                signaling::ClientLink& client,
                                                const std::string& address) override {
    if (refuseJoins) return tl::unexpected(*refuseJoins);
    joined.push_back(join.name);
    addresses.push_back(address);
    link = &client;
    wire::Welcome welcome;
    welcome.id = {"abcdefghijkl"};
    welcome.room = room;
    client.send(wire::encode(welcome));
    return std::make_unique<FakeSeat>(*this);
  }
  bool ready() const override { return true; }
  std::string metricsText() const override { return "tessera_up 1\n"; }
  std::vector<wire::RoomSummary> listRooms() const override { return {}; }
  Result<wire::RoomDetails> describeRoom(const RoomId& room) const override {
    if (room.value != "here") return fail(ErrorCode::notFound, "no such room");
    wire::RoomDetails details;
    details.summary.id = room;
    return details;
  }
  Result<wire::RoomSummary> createRoom(const wire::CreateRoom& request) override {
    calls.push_back("create " + request.room.value +
                    (request.templateName.empty() ? "" : " as " + request.templateName));
    return wire::RoomSummary{request.room, wire::RoomState::starting, 0, 0};
  }
  Status changeLayout(const RoomId& room, const wire::PatchRoom& change) override {
    return note(fmt::format("layout {} {}", room.value, change.layout ? "chosen" : "pinned"));
  }
  Status endRoom(const RoomId& room) override { return note("end " + room.value); }
  Status changeParticipant(const RoomId&, const ParticipantId& id,
                           const wire::PatchParticipant& change) override {
    std::string what = "change " + id.value;
    if (change.muted) what += *change.muted ? " muted" : " unmuted";
    if (change.maxHeight) what += fmt::format(" {}", *change.maxHeight);
    return note(what);
  }
  Status removeParticipant(const RoomId&, const ParticipantId& id) override {
    return note("remove " + id.value);
  }
  std::vector<wire::RecordingInfo> listRecordings() const override { return recordings; }
  Result<wire::RecordingInfo> describeRecording(const RecordingId& id) const override {
    for (const wire::RecordingInfo& each : recordings)
      if (each.id == id) return each;
    return fail(ErrorCode::notFound, "no such recording");
  }
  Result<wire::RecordingInfo> startRecording(const RoomId& room,
                                             const wire::StartRecordingRequest&) override {
    calls.push_back("record " + room.value);
    return wire::RecordingInfo{{"rec1"}, room};
  }
  Status controlRecording(const RoomId&, const RecordingId& id, RecordingAction action) override {
    return note(fmt::format("recording {} {}", id.value, static_cast<int>(action)));
  }
  Status deleteRecording(const RecordingId& id) override { return note("delete " + id.value); }
  Result<std::string> recordingFile(const RecordingId& id, std::string_view what) const override {
    const auto file = files.find(id.value + "/" + std::string(what));
    if (file == files.end()) return fail(ErrorCode::notFound, "no such file");
    return file->second;
  }
  Result<std::vector<wire::OutputInfo>> listOutputs(const RoomId&) const override {
    return std::vector<wire::OutputInfo>{};
  }
  Result<wire::OutputInfo> addOutput(const RoomId& room, const wire::AddOutputRequest& request) override {
    calls.push_back("output " + room.value + " " + request.url);
    return wire::OutputInfo{};
  }
  Result<std::string> hlsDirectory(const RoomId& room) const override {
    if (hls.empty() || room.value != "here") return fail(ErrorCode::notFound, "no HLS");
    return hls;
  }
  Status removeOutput(const RoomId&, const OutputId& id) override { return note("no output " + id.value); }
  Result<std::vector<wire::SourceInfo>> listSources(const RoomId&) const override {
    return std::vector<wire::SourceInfo>{};
  }
  Result<wire::SourceInfo> addSource(const RoomId& room, const wire::AddSourceRequest& request) override {
    calls.push_back("source " + room.value + " " + request.url);
    return wire::SourceInfo{};
  }
  Status removeSource(const RoomId&, const ParticipantId& id) override {
    return note("no source " + id.value);
  }

  std::vector<wire::RecordingInfo> recordings;
  std::map<std::string, std::string> files;  // "id/what" to path
  std::string hls;                           // the directory of the room "here"

 private:
  struct FakeSeat : signaling::Seat {
    explicit FakeSeat(FakeConference& owner) : conference(owner) { ++conference.seats; }
    ~FakeSeat() override { --conference.seats; }
    void onGoingAway() override { ++conference.goneAway; }
    void onMessage(const wire::FromClient& message) override {
      conference.messages.emplace_back(wire::typeName(message));
    }
    FakeConference& conference;
  };
  Status note(std::string call) {
    calls.push_back(std::move(call));
    return {};
  }
};

}  // namespace tessera::test
