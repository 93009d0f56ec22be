// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <vector>

#include "pipelines/mix/playout_delay.h"
#include "pipelines/mix/video_frame.h"

namespace tessera::mix {

// Crop to fill the tile, letterbox, or fill where that crops at most kMaxCrop of the picture and fit else.
enum class Fit { fill, fit, smart };
inline constexpr double kMaxCrop = 0.20;

struct Colour {
  int y = 0, u = 0, v = 0;
  bool operator==(const Colour&) const = default;
};
inline constexpr Colour kDarkGrey{30, 131, 127};  // very dark, and slightly blue

class VideoSlot;

// A drawing over a tile or over the canvas. x and y (even) are measured inwards from `anchor`, to the
// overlay's nearest corner: they hold for a tile of any size, also while it glides.
enum class Anchor { topLeft, topRight, bottomLeft, bottomRight };
struct PlacedOverlay {
  std::shared_ptr<const Overlay> overlay;  // not null
  Anchor anchor = Anchor::topLeft;
  int x = 0, y = 0;
  bool whileGliding = true;  // false: fits the tile's final place only (a border, corners)
  bool operator==(const PlacedOverlay&) const = default;
};

// What stands where on the canvas. Made on the main thread from src/room's scene; the mixer only executes
// it. Tiles may overlap: a later one lies over an earlier. Each covers all of its rect: what a letterboxed
// picture leaves free is filled with a dark tone of the background.
struct TilePlan {
  std::uint64_t identity = 0;  // who: a tile glides from where the same identity stood; 0: nobody, it cuts
  std::shared_ptr<VideoSlot> slot;
  Rect rect;  // canvas pixels, even
  Fit fit = Fit::smart;
  // A shared screen: shown whole, never scaled up (but by whole factors without a filter), scaled down by a
  // box filter. Its last frame stays however long nothing changes on it.
  bool sharp = false;
  bool showVideo = true;  // false: camera off, the avatar is shown
  FrameRef avatar;        // of rect's size; shown when the camera is off or frames stopped for kStaleAfter
  std::vector<PlacedOverlay> overlays;  // drawn over video and avatar alike, in this order
  // Whose lips the canvas' time goes by (VideoFrame::captured): the speaker's. When none leads: by the mean.
  bool leads = false;
};

struct VideoPlan {
  int width = 0, height = 0;  // of the canvas, even; 0: as it was. A change takes effect with this plan.
  FrameRef background;        // of the canvas' size; null: kDarkGrey
  // A slot stands in one tile at most (the first counts); tiles that are not even or not on the canvas are
  // left out.
  std::vector<TilePlan> tiles;
  std::vector<PlacedOverlay> overlays;  // over the whole canvas (a logo)
  // How long tiles take to their new places, new ones growing from half their size; 0: they cut, as they do
  // on a canvas of another size. A tile whose rect stays the same goes on as it was.
  Nanos glide{0};
};

// One participant's way into the picture. push() is called on the input's own streaming thread and scales
// there, straight to tile size; everything else belongs to the mixer. Only while a tile glides, and until a
// frame of its new size is due, the tick scales what it has.
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
  std::uint64_t refitted = 0;       // pictures scaled at a tick: of gliding tiles, and just after a change
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
  // The canvas at `now`; never waits. What was drawn before and did not change is not drawn again. The frame
  // stays valid while referenced (buffers are pooled), and the same memory comes again while nothing changes
  // and somebody holds it. Its planes follow each other in one piece of memory with strides that are
  // multiples of 4.
  virtual FrameRef tick(Nanos now) = 0;
  virtual VideoMixerStats stats() const = 0;
};

}  // namespace tessera::mix
