// SPDX-License-Identifier: Apache-2.0
#include "pipelines/encode/rung_picture.h"

#include <algorithm>

namespace tessera {

CanvasSettings rungPicture(const RungSpec& rung, const CanvasSettings& canvas) {
  CanvasSettings picture = canvas;
  if (rung.height < canvas.height) {
    picture.height = rung.height;
    picture.width = std::max(2, (canvas.width * rung.height + canvas.height) / (2 * canvas.height) * 2);
  }
  picture.fps = std::min(rung.fps, canvas.fps);
  return picture;
}

mix::Nanos frameInterval(int fps) {
  return fps > 0 ? mix::Nanos(std::chrono::seconds(1)) / fps : mix::Nanos(kStillEvery);
}

// Ticks lie on a grid that moves a little; what is less than half a tick early is on time.
bool FramePicker::take(mix::Nanos captured, int fps, int canvasFps) {
  if (fps < canvasFps && captured + frameInterval(canvasFps) / 2 < next_) return false;
  taken(captured, fps, canvasFps);
  return true;
}

// Counts from when it was due, so that 30 to 20 comes out right; but not after a pause, nor out of turn.
void FramePicker::taken(mix::Nanos captured, int fps, int canvasFps) {
  const mix::Nanos late = captured - next_;
  const bool inTurn = std::chrono::abs(late) <= frameInterval(canvasFps);
  next_ = (inTurn ? next_ : captured) + frameInterval(fps);
}

}  // namespace tessera
