// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "room/director.h"
#include "room/media_room.h"

namespace tessera {

// What each sender is asked for: its tile's size, with a margin, and nothing while it is off the canvas. What
// grows is asked for at once, and also for whoever may become large soon (the one who begins to speak); what
// shrinks only when it stays so for kShrinkAfter, and little changes not at all: each costs the sender a
// keyframe. Pure, main thread.
class IngestPlanner {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds kShrinkAfter{2000};
  // Of a picture that is cropped to its tile. The mixer cuts off up to 6 % rather than scale (mix/fit.cpp),
  // so that a picture of this size costs it nothing, though senders round sizes.
  static constexpr double kMargin = 1.04;
  static constexpr int kLeastSide = 160;  // pixels, of the longer side

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
  struct Told {
    Ingest ingest;
    std::optional<Clock::time_point> lessSince;  // less would do
  };
  Ingest wanted(const Shown& shown) const;
  bool settle(Told& told, const Ingest& wanted, Clock::time_point now);

  CanvasSettings canvas_;
  std::map<std::pair<ParticipantId, std::string>, Told> told_;
  std::optional<Clock::time_point> due_;
};

}  // namespace tessera
