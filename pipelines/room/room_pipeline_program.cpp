// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/room_pipeline.h"

// What leaves the room other than to its participants, and what comes in by address.

namespace tessera {

void RoomPipeline::startRecording(const RecordingSettings& settings) {
  assertMainThread();
  outputs_->startRecording(settings);
}

void RoomPipeline::controlRecording(const RecordingId& id, RecordingAction action) {
  assertMainThread();
  outputs_->controlRecording(id, action);
}

void RoomPipeline::startOutput(const OutputSettings& settings) {
  assertMainThread();
  outputs_->startOutput(settings);
}

void RoomPipeline::stopOutput(const OutputId& id) {
  assertMainThread();
  outputs_->stopOutput(id);
}

void RoomPipeline::addSource(const SourceSettings& settings) {
  assertMainThread();
  peers_->addSource(settings);
}

void RoomPipeline::removeSource(const ParticipantId& participant) {
  assertMainThread();
  peers_->removeSource(participant);
}

// The room is of no use without what its participants take; a recording or an output fails alone.
void RoomPipeline::onRungFailed(RungId rung, const Error& why) {
  if (downlinks_->takes(rung)) return failRoom(why);
  outputs_->failRung(rung, why);
}

// Of what people say; what a shared screen plays is no one's voice.
AudioPath::Voices RoomPipeline::voices() const {
  AudioPath::Voices voices;
  for (const Peer& peer : peers_->all()) {
    if (peer.isMain() && peer.audio) voices.emplace_back(peer.audio, peer.settings.key.participant);
  }
  return voices;
}

}  // namespace tessera
