// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <vector>

#include "pipelines/room/scene_planner.h"
#include "pipelines/room/video_path.h"
#include "room/active_speaker.h"
#include "room/director.h"
#include "room/ingest.h"

namespace tessera {

// Decides what the room's picture is: who speaks, who stands where, and the plan of it for the mixer. Main
// thread.
class RoomPicture {
 public:
  using PictureHandler = std::function<void(const Picture&)>;  // when anything of it changed

  // What is shown of whom, before the plan that shows it.
  using ShownHandler = std::function<void(std::vector<IngestPlanner::Shown>, const CanvasSettings&)>;

  RoomPicture(const RoomSettings& settings, VideoPath& video, PictureHandler onPicture, ShownHandler onShown);

  void choose(const LayoutChoice& choice);
  void setCanvas(const CanvasSettings& canvas);
  // Everybody who is not hidden, in the order of joining; `speaking` is found by the levels.
  void show(std::vector<Sitter> sitters);
  void setRecording(bool recording);  // a mark in the picture, if the look has it
  // Says in each level whether it is the active speaker's; the picture follows who speaks.
  void hear(std::vector<SpeakerLevel>& levels, ActiveSpeaker::Clock::time_point now);

  // Whose frames the canvas tick is to follow; empty: nobody's.
  const ParticipantId& leader() const { return leader_; }

 private:
  void update(std::chrono::milliseconds glide);
  bool markSpeaking(Sitter& sitter) const;  // true: that is new
  void chooseLeader();

  const RoomSettings settings_;
  VideoPath& video_;
  const PictureHandler onPicture_;
  const ShownHandler onShown_;
  CanvasSettings canvas_;
  Director director_;
  ScenePlanner planner_;
  ActiveSpeaker speaker_;
  std::vector<Sitter> sitters_;
  std::vector<ParticipantId> speaking_;
  ParticipantId leader_;
  Picture told_;
};

}  // namespace tessera
