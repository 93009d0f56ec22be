// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "pipelines/draw/labels.h"
#include "pipelines/draw/scenery.h"
#include "room/look.h"
#include "room/media_room.h"

namespace tessera {

// The pictures of a plan: drawn when first asked for, kept as long as each plan asks for them again, so that
// a change costs only what it changes. Main thread.
class Drawings {
 public:
  using Label = std::shared_ptr<const mix::Overlay>;
  using Overlays = std::vector<mix::PlacedOverlay>;

  Drawings(const Look& look, const CanvasSettings& roomCanvas)
      : look_(look), roomCanvas_(roomCanvas), radius_(look.cornerRadius) {}

  // Draws what surrounds the people, when the canvas has another size. A file that cannot be drawn is told
  // once in the log and done without.
  void setCanvas(const CanvasSettings& canvas);
  const mix::FrameRef& background() const { return background_; }
  const Overlays& logo() const { return logo_; }

  Label label(const std::string& name, int width, int height, const draw::LabelStyle& style);
  mix::FrameRef avatar(const std::string& name, const std::string& colourKey, int width, int height);
  mix::FrameRef more(int count, int width, int height);
  const Overlays& border(int width, int height, bool rounded);
  const Overlays& corners(const mix::Rect& rect);
  const Label& recordingMark();  // null: the look does without

  int radius() const { return radius_; }  // of corners, on this canvas

  void letGoOfUnused();  // at the end of each plan

 private:
  template <class Key, class Value>
  struct Cache {
    std::map<Key, Value> last, used;
    template <class Draw>
    const Value& get(const Key& key, Draw drawNew);
    void turn() { last = std::exchange(used, {}); }
  };
  using Size = std::pair<int, int>;

  void drawBackground(const CanvasSettings& canvas);
  void drawLogo(const CanvasSettings& canvas);

  const Look look_;
  const CanvasSettings roomCanvas_;  // that the look's pixels are meant for
  int radius_;
  CanvasSettings canvas_{0, 0, 0};
  mix::FrameRef background_;
  Overlays logo_;
  Label recordingMark_;
  bool backgroundFails_ = false, logoFails_ = false;
  Cache<std::tuple<std::string, Size, bool, bool, bool>, Label> labels_;
  Cache<std::tuple<std::string, std::string, Size>, mix::FrameRef> avatars_;
  Cache<std::pair<int, Size>, mix::FrameRef> more_;
  Cache<std::pair<Size, int>, Overlays> borders_;
  Cache<std::tuple<int, int, int, int>, Overlays> corners_;
};

}  // namespace tessera
