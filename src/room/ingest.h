// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "room/director.h"
#include "room/media_room.h"

namespace tessera {

// What each sender is asked for: its tile's size, with a margin, and nothing while it is off the canvas. What
// grows is asked for at once, and also for whoever may become large soon (the one who begins to speak); what
// shrinks only when it stays so for kShrinkAfter. Pure, main thread.
class IngestPlanner {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kShrinkAfter{2000};

  explicit IngestPlanner(const CanvasSettings& canvas) : canvas_(canvas) {}

  struct Shown {  // a connection that sends a picture
    ParticipantId participant;
    std::string pc = "main";
    double aspect = 16.0 / 9;           // of what it sends
    int width = 0, height = 0;          // of its tile, canvas pixels; 0: off the canvas
    int soonWidth = 0, soonHeight = 0;  // of the tile that it may have next, or 0
    TileFit fit = TileFit::smart;
  };
  struct Change {
    ParticipantId participant;
    std::string pc;
    Ingest ingest;
  };
  // All who send; the changes to be told. Who is new is told, who is missing is forgotten.
  std::vector<Change> update(const std::vector<Shown>& senders, const CanvasSettings& canvas,
                             Clock::time_point now);
  std::optional<Clock::time_point> due() const { return due_; }  // when something shrinks; call update() then

 private:
  CanvasSettings canvas_;
  std::map<std::pair<ParticipantId, std::string>, Ingest> told_;
  std::optional<Clock::time_point> due_;
};

}  // namespace tessera
