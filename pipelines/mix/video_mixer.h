// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "pipelines/mix/playout_delay.h"
#include "pipelines/mix/video_frame.h"

namespace tessera::mix {

enum class Fit { fill, fit };  // crop to fill the tile, or letterbox

class VideoSlot;

// What stands where on the canvas. Made on the main thread from src/room's layout; the mixer only executes
// it.
struct TilePlan {
  std::shared_ptr<VideoSlot> slot;
  Rect rect;  // canvas pixels, even
  // Fill, but fit when the source is portrait and the tile landscape, or the reverse. What is nearly square
  // (within 5:4) is neither: two landscape sources side by side on a 16:9 canvas fill their halves.
  bool autoFit = true;
  Fit fit = Fit::fill;    // when autoFit is false
  bool showVideo = true;  // false: camera off, the avatar is shown
  FrameRef avatar;        // of rect's size; shown when the camera is off or frames stopped for kStaleAfter
  std::shared_ptr<const Overlay> label;  // drawn over video and avatar alike; may be null
  int labelX = 0, labelY = 0;            // relative to rect
};

struct VideoPlan {
  // A slot stands in one tile at most (the first counts); tiles that are not even or not on the canvas are
  // left out.
  std::vector<TilePlan> tiles;
};

// One participant's way into the picture. push() is called on the input's own streaming thread and scales
// there, straight to tile size; everything else belongs to the mixer.
class VideoSlot {
 public:
  static constexpr Nanos kStaleAfter = std::chrono::seconds(2);
  static constexpr int kMaxQueued = 6;

  virtual ~VideoSlot() = default;
  // `frame.captured` is the capture time on our clock (sender reports applied), `arrived` now.
  virtual void push(VideoFrame frame, Nanos arrived) = 0;
};

struct VideoMixerStats {
  std::uint64_t ticks = 0;
  std::uint64_t framesIn = 0;
  std::uint64_t framesDropped = 0;  // arrived but never shown
  std::uint64_t scaled = 0;         // frames that needed scaling
  std::uint64_t tilesDrawn = 0;
};

// Thread-safe: setPlan from the main thread, push from streaming threads, tick from the tick thread; each
// holds a slot's lock only to swap references, never while scaling or copying pixels, so that no one waits.
class VideoMixer {
 public:
  static std::unique_ptr<VideoMixer> create(int width, int height);
  virtual ~VideoMixer() = default;

  // `delay` is shared with the participant's audio slot; null: always the newest frame.
  virtual std::shared_ptr<VideoSlot> addSlot(std::shared_ptr<PlayoutDelay> delay) = 0;
  // Slots leave by not being in the plan any more and by their last reference going.
  virtual void setPlan(VideoPlan plan) = 0;
  // The canvas at `now`; never waits. The frame stays valid while referenced (buffers are pooled), and the
  // same memory comes again while nothing changes and somebody holds it. Its planes follow each other in one
  // piece of memory with strides that are multiples of 4.
  virtual FrameRef tick(Nanos now) = 0;
  virtual VideoMixerStats stats() const = 0;
};

}  // namespace tessera::mix
