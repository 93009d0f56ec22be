// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/room_service.h"

#include <utility>

#include "base/log.h"

namespace tessera {

RoomService::RoomService(int socket, RoomMaker makeRoom, EndHandler onEnd)
    : makeRoom_(std::move(makeRoom)),
      onEnd_(std::move(onEnd)),
      channel_(socket, {[this](std::string_view line) { onLine(line); },
                        [this](std::string_view why) { end(fmt::format("server gone: {}", why)); }}) {}

void RoomService::announceReady(const std::string& version) {
  send(wire::SpareReady{version});
}

// The server is trusted; a line that cannot be read is a version skew or a bug, and skipping it could leave
// the two with different ideas of the room.
void RoomService::onLine(std::string_view line) {
  const auto message = wire::decodeToRoom(line);
  if (!message) {
    log::error("message from the server not understood", {{"error", message.error().text}});
    return onFailed(message.error());
  }
  std::visit([this](const auto& decoded) { handle(decoded); }, *message);
}

void RoomService::handle(const wire::BindRoom& message) {
  if (room_) return log::error("bound twice", {{"room", message.settings.room.value}});
  room_ = makeRoom_(message.settings, *this);
}

void RoomService::handle(const wire::AddPeer& message) {
  if (room_) room_->addPeer(message.settings);
}

void RoomService::handle(const wire::SetAnswer& message) {
  if (room_) room_->setAnswer(message.peer, message.sdp);
}

void RoomService::handle(const wire::AddCandidate& message) {
  if (room_) room_->addCandidate(message.peer, message.candidate);
}

void RoomService::handle(const wire::UpdatePeer& message) {
  if (room_) room_->updatePeer(message.update);
}

void RoomService::handle(const wire::SetLayout& message) {
  if (room_) room_->setLayout(message.choice);
}

void RoomService::handle(const wire::ReportStats& message) {
  if (room_) room_->reportStats(message.participant, message.stats);
}

void RoomService::handle(const wire::RemovePeer& message) {
  if (room_) room_->removePeer(message.peer);
}

void RoomService::handle(const wire::StartRecording& message) {
  if (room_) room_->startRecording(message.settings);
}

void RoomService::handle(const wire::ControlRecording& message) {
  if (room_) room_->controlRecording(message.id, message.action);
}

void RoomService::handle(const wire::StartOutput& message) {
  if (room_) room_->startOutput(message.settings);
}

void RoomService::handle(const wire::StopOutput& message) {
  if (room_) room_->stopOutput(message.id);
}

void RoomService::handle(const wire::AddSource& message) {
  if (room_) room_->addSource(message.settings);
}

void RoomService::handle(const wire::RemoveSource& message) {
  if (room_) room_->removeSource(message.participant);
}

void RoomService::handle(const wire::CloseRoom&) {
  end("closed");
}

void RoomService::end(std::string why) {
  if (const auto onEnd = std::exchange(onEnd_, nullptr)) onEnd(why);
}

void RoomService::send(const wire::FromRoom& message) {
  channel_.sendControl(wire::encode(message, ++sequence_));
}

void RoomService::sendState(std::string key, const wire::FromRoom& message) {
  channel_.sendState(std::move(key), wire::encode(message, ++sequence_));
}

void RoomService::onOffer(const PeerKey& peer, const std::string& sdp) {
  send(wire::PeerOffer{peer, sdp});
}

void RoomService::onCandidate(const PeerKey& peer, const IceCandidate& candidate) {
  send(wire::PeerCandidate{peer, candidate});
}

void RoomService::onPeerState(const PeerKey& peer, PeerState state, const Error& why) {
  send(wire::PeerStateChanged{peer, state, why});
}

void RoomService::onPeerError(const PeerKey& peer, const Error& error) {
  send(wire::PeerErrorReport{peer, error});
}

void RoomService::onPicture(const Picture& picture) {
  send(wire::PictureChanged{picture});
}

void RoomService::onConnectionQuality(const PeerKey& peer, bool poor) {
  send(wire::ConnectionQuality{peer, poor});
}

void RoomService::onReceiving(const PeerKey& peer, const Receiving& receiving) {
  send(wire::ReceivingChanged{peer, receiving});
}

void RoomService::onIngest(const PeerKey& peer, const Ingest& ingest) {
  send(wire::IngestChanged{peer, ingest});
}

void RoomService::onSpeaking(const std::vector<SpeakerLevel>& levels) {
  sendState("speaking", wire::Speaking{levels});
}

void RoomService::onRecording(const RecordingStatus& status) {
  send(wire::RecordingChanged{status});
}

void RoomService::onOutput(const OutputStatus& status) {
  send(wire::OutputChanged{status});
}

void RoomService::onSource(const SourceStatus& status) {
  send(wire::SourceChanged{status});
}

void RoomService::onHealth(const RoomHealth& health) {
  sendState("heartbeat", wire::Heartbeat{health});
}

// The server takes a failed room down and makes a new one.
void RoomService::onFailed(const Error& why) {
  send(wire::RoomFailed{why});
}

}  // namespace tessera
