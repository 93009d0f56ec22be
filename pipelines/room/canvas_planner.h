// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "pipelines/draw/labels.h"
#include "pipelines/mix/video_mixer.h"
#include "room/media_room.h"

namespace tessera {

// Who is to be seen, in the order of joining.
struct Sitter {
  ParticipantId id;
  std::string name;
  std::shared_ptr<mix::VideoSlot> slot;
  bool showVideo = true;
  draw::LabelStyle style;
};

struct CanvasPlan {
  mix::VideoPlan plan;      // for the mixer
  std::vector<Tile> tiles;  // for the clients
};

// Makes the picture's plan: the even grid, with each one's avatar and label. What was drawn for the last plan
// is reused where name, size and style are the same. Main thread.
class CanvasPlanner {
 public:
  static constexpr std::size_t kMaxTiles = 25;

  explicit CanvasPlanner(const CanvasSettings& canvas) : canvas_(canvas) {}
  CanvasPlan plan(const std::vector<Sitter>& sitters);

 private:
  using LabelKey = std::tuple<std::string, int, int, bool, bool>;    // name, size, muted, hand
  using AvatarKey = std::tuple<std::string, std::string, int, int>;  // name, id, size
  using Label = std::shared_ptr<const mix::Overlay>;

  Label labelFor(const Sitter& sitter, int width, int height);
  mix::FrameRef avatarFor(const Sitter& sitter, int width, int height);

  const CanvasSettings canvas_;
  std::map<LabelKey, Label> labels_, usedLabels_;
  std::map<AvatarKey, mix::FrameRef> avatars_, usedAvatars_;
};

}  // namespace tessera
