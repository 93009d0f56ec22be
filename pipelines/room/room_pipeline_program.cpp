// SPDX-License-Identifier: Apache-2.0
#include "pipelines/room/room_pipeline.h"

// What leaves the room other than to its participants, and what comes in by address.

namespace tessera {

void RoomPipeline::startRecording(const RecordingSettings&) {}

void RoomPipeline::controlRecording(const RecordingId&, RecordingAction) {}

void RoomPipeline::startOutput(const OutputSettings&) {}

void RoomPipeline::stopOutput(const OutputId&) {}

void RoomPipeline::addSource(const SourceSettings&) {}

void RoomPipeline::removeSource(const ParticipantId&) {}

}  // namespace tessera
