// SPDX-License-Identifier: Apache-2.0
#include "server/conference_registry.h"

// Live outputs and sources, as the HTTP API asks for them.

namespace tessera::server {

Result<std::vector<wire::OutputInfo>> ConferenceRegistry::listOutputs(const RoomId& id) const {
  return find(id).map([](ConferenceRoom* room) { return room->outputs().list(); });
}

Result<wire::OutputInfo> ConferenceRegistry::addOutput(const RoomId& id,
                                                       const wire::AddOutputRequest& request) {
  return find(id).and_then(
      [&](ConferenceRoom* room) { return room->outputs().add(request, context_.settings.outputs.allow); });
}

Status ConferenceRegistry::removeOutput(const RoomId& id, const OutputId& output) {
  return find(id).and_then([&](ConferenceRoom* room) { return room->outputs().remove(output); });
}

Result<std::string> ConferenceRegistry::hlsDirectory(const RoomId& room) const {
  std::string folder = hls_.find(room);
  if (folder.empty()) return fail(ErrorCode::notFound, "room {} has no HLS", room.value);
  return folder;
}

Result<std::vector<wire::SourceInfo>> ConferenceRegistry::listSources(const RoomId& id) const {
  return find(id).map([](ConferenceRoom* room) { return room->sources().list(); });
}

Result<wire::SourceInfo> ConferenceRegistry::addSource(const RoomId& id,
                                                       const wire::AddSourceRequest& request) {
  return find(id).and_then(
      [&](ConferenceRoom* room) { return room->sources().add(request, context_.settings.sources); });
}

Status ConferenceRegistry::removeSource(const RoomId& id, const ParticipantId& source) {
  return find(id).and_then(
      [&](ConferenceRoom* room) { return room->sources().remove(source, "the operator"); });
}

}  // namespace tessera::server
