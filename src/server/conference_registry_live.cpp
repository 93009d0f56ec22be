// SPDX-License-Identifier: Apache-2.0
#include "server/conference_registry.h"

// Live outputs and sources, as the HTTP API asks for them.

namespace tessera::server {

Result<std::vector<wire::OutputInfo>> ConferenceRegistry::listOutputs(const RoomId&) const {
  return fail(ErrorCode::unsupported, "not in this version");
}

Result<wire::OutputInfo> ConferenceRegistry::addOutput(const RoomId&, const wire::AddOutputRequest&) {
  return fail(ErrorCode::unsupported, "not in this version");
}

Status ConferenceRegistry::removeOutput(const RoomId&, const OutputId&) {
  return fail(ErrorCode::unsupported, "not in this version");
}

Result<std::vector<wire::SourceInfo>> ConferenceRegistry::listSources(const RoomId&) const {
  return fail(ErrorCode::unsupported, "not in this version");
}

Result<wire::SourceInfo> ConferenceRegistry::addSource(const RoomId&, const wire::AddSourceRequest&) {
  return fail(ErrorCode::unsupported, "not in this version");
}

Status ConferenceRegistry::removeSource(const RoomId&, const ParticipantId&) {
  return fail(ErrorCode::unsupported, "not in this version");
}

Result<std::string> ConferenceRegistry::hlsDirectory(const RoomId&) const {
  return fail(ErrorCode::notFound, "there is no HLS here");
}

}  // namespace tessera::server
