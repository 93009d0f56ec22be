// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipelines/mix/video_frame.h"
#include "room/media_room.h"
#include "room/rung.h"

namespace tessera {

// What a rung shows of a canvas: its height, in the canvas' shape, never larger nor more often than the
// canvas itself. fps 0: a still picture.
CanvasSettings rungPicture(const RungSpec& rung, const CanvasSettings& canvas);

// From one frame to the next at this rate; kStillEvery at 0.
mix::Nanos frameInterval(int fps);

// Chooses, as evenly as may be, the frames that a rung takes of a canvas with a higher rate. One thread at a
// time.
class FramePicker {
 public:
  bool take(mix::Nanos captured, int fps, int canvasFps);
  void taken(mix::Nanos captured, int fps, int canvasFps);  // whether it was its turn or not

 private:
  mix::Nanos next_{0};
};

}  // namespace tessera
