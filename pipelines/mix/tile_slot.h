// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "pipelines/mix/fit.h"

namespace tessera::mix {

struct VideoCounters {
  std::atomic<std::uint64_t> ticks{0}, framesIn{0}, framesDropped{0}, scaled{0}, refitted{0}, tilesDrawn{0};
};

// A slot's queue of frames, each already fitted to the tile it will be shown in.
//
// `target` numbers the shapes that the slot was ever asked for. When a plan changes the newest source frame
// is fitted to the new shape at once, but with a playout delay it is not due yet, and what is due has the old
// one: until then the tick gets frames of the old target (and scales them itself) rather than a jump in time.
class TileSlot final : public VideoSlot {
 public:
  TileSlot(std::shared_ptr<PlayoutDelay> delay, std::shared_ptr<VideoCounters> counters);

  void push(VideoFrame frame, Nanos arrived) override;  // streaming thread

  // Main thread. From now on frames are fitted to `shape`, the newest one at once; returns the target.
  std::uint64_t retarget(const TileShape& shape);
  void hide();       // camera off: nothing of the sender is kept, so that nothing old is shown later
  void leavePlan();  // not on the canvas: only the newest source frame is kept

  struct Shown {
    std::uint64_t target = 0;  // 0: nothing
    std::uint64_t sequence = 0;
    FittedFrame fitted;
    // At the first tick that shows it: how long it was due by then (captured + D). None without capture time.
    std::optional<Nanos> overdue;
  };
  // Tick thread: what to show at `now`, of whichever target; nothing when frames stopped or never came.
  std::optional<Shown> pick(Nanos now);

 private:
  struct Source {
    std::uint64_t sequence = 0;  // 0: none
    VideoFrame frame;
  };
  struct Target {
    std::uint64_t number = 0;  // 0: none
    TileShape shape;
  };
  using Graveyard = std::vector<Shown>;  // what is let go outside the lock

  void fitAndQueue(const Source& source, Target target);
  void enqueue(Shown entry);
  void thinOut();
  void thinOut(std::ptrdiff_t first, std::ptrdiff_t end);
  std::optional<Shown> choose(Nanos now);
  const Shown* findDue(Nanos due) const;
  void dropPast(const Shown& shown);
  void forget(Graveyard& graveyard);

  const std::shared_ptr<PlayoutDelay> delay_;
  const std::shared_ptr<VideoCounters> counters_;
  const std::shared_ptr<FramePool> pool_ = FramePool::create();

  std::mutex mutex_;  // guards all below; held to swap references only
  Source source_;
  Target target_;
  std::uint64_t targetsMade_ = 0;
  std::uint64_t leftAt_ = 0;  // the target up to which all is from before it last left the plan
  std::uint64_t sequence_ = 0;
  bool hidden_ = false;
  Nanos lastArrival_{0};
  std::vector<Shown> queue_;  // by sequence; older targets' and the present one's
  Shown shown_;
  Graveyard trash_;  // of the tick thread, emptied outside the lock
};

}  // namespace tessera::mix
