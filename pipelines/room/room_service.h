// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "base/line_channel.h"
#include "room/media_room.h"
#include "wire/room_messages.h"

namespace tessera {

// The room process's end of the socket to the server: turns its messages into calls of a MediaRoom and that
// room's events into messages. Main thread.
class RoomService final : public MediaRoomEvents {
 public:
  using RoomMaker = std::function<std::unique_ptr<MediaRoom>(const RoomSettings&, MediaRoomEvents&)>;
  // Called once, when there is nothing left to serve: the server closed the room or is gone.
  using EndHandler = std::function<void(const std::string& why)>;

  RoomService(int socket, RoomMaker makeRoom, EndHandler onEnd);

  void announceReady(const std::string& version);

  void onOffer(const PeerKey& peer, const std::string& sdp) override;
  void onCandidate(const PeerKey& peer, const IceCandidate& candidate) override;
  void onPeerState(const PeerKey& peer, PeerState state, const Error& why) override;
  void onPeerError(const PeerKey& peer, const Error& error) override;
  void onPicture(const Picture& picture) override;
  void onConnectionQuality(const PeerKey& peer, bool poor) override;
  void onReceiving(const PeerKey& peer, const Receiving& receiving) override;
  void onIngest(const PeerKey& peer, const Ingest& ingest) override;
  void onSpeaking(const std::vector<SpeakerLevel>& levels) override;
  void onRecording(const RecordingStatus& status) override;
  void onOutput(const OutputStatus& status) override;
  void onSource(const SourceStatus& status) override;
  void onHealth(const RoomHealth& health) override;
  void onFailed(const Error& why) override;

 private:
  void onLine(std::string_view line);
  void send(const wire::FromRoom& message);
  void sendState(std::string key, const wire::FromRoom& message);
  void end(std::string why);

  void handle(const wire::BindRoom& message);
  void handle(const wire::AddPeer& message);
  void handle(const wire::SetAnswer& message);
  void handle(const wire::AddCandidate& message);
  void handle(const wire::UpdatePeer& message);
  void handle(const wire::SetLayout& message);
  void handle(const wire::ReportStats& message);
  void handle(const wire::RemovePeer& message);
  void handle(const wire::StartRecording& message);
  void handle(const wire::ControlRecording& message);
  void handle(const wire::StartOutput& message);
  void handle(const wire::StopOutput& message);
  void handle(const wire::AddSource& message);
  void handle(const wire::RemoveSource& message);
  void handle(const wire::CloseRoom& message);

  const RoomMaker makeRoom_;
  EndHandler onEnd_;
  std::uint64_t sequence_ = 0;
  LineChannel channel_;
  std::unique_ptr<MediaRoom> room_;  // null while a spare
};

}  // namespace tessera
