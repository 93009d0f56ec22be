// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <memory>

#include "pipelines/mix/video_frame.h"

namespace tessera::mix {

// The playout delay D of one participant, for both media: 0 to 200 ms, following the lateness
// (arrival - capture) that its frames and samples really have: a high percentile of the last seconds, of the
// later one of the two media. It grows at once when several come late, and shrinks within 5 to 10 s; a single
// stall does not raise it. The slots of the mixers observe what is pushed to them. Any thread; only the times
// given matter.
class PlayoutDelay {
 public:
  static constexpr Nanos kMax = std::chrono::milliseconds(200);

  // Capture times are relative: aligning two media by sender reports may put those of the faster one after
  // its arrival. Beyond this they are taken for wrong, and for this.
  static constexpr Nanos kMaxAhead = std::chrono::milliseconds(200);
  static Nanos plausible(Nanos captured, Nanos arrived) { return std::min(captured, arrived + kMaxAhead); }

  static std::shared_ptr<PlayoutDelay> create();
  virtual ~PlayoutDelay() = default;
  virtual void observeVideo(Nanos captured, Nanos arrived) = 0;
  virtual void observeAudio(Nanos captured, Nanos arrived) = 0;
  virtual Nanos value() const = 0;
};

}  // namespace tessera::mix
