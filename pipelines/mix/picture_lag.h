// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipelines/mix/video_frame.h"

namespace tessera::mix {

// How far the picture is behind the sound of the same tick. A tick's sound is exactly of the capture time
// tick - D, but its picture is of frames that were due somewhere since the tick before, or that came late.
// The canvas' time is put back by the mean of that, so that receivers play both together without any of
// either having waited for it. Tick thread.
class PictureLag {
 public:
  static constexpr Nanos kMax = std::chrono::milliseconds(60);
  static constexpr Nanos kMaxMove = std::chrono::microseconds(500);  // per tick: the time must not jump

  // A frame is shown for the first time, this long after it was due.
  void observe(Nanos overdue);
  // Once a tick: follows the mean.
  Nanos advance();

 private:
  double mean_ = 0;  // nanoseconds
  int observed_ = 0;
  Nanos value_{0};
};

}  // namespace tessera::mix
