// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>

#include "pipelines/mix/video_frame.h"

namespace tessera::draw {

// Pictures drawn with PangoCairo, once per change: main thread (a few ms each).

struct LabelStyle {
  bool muted = false;  // a struck-through microphone
  bool handRaised = false;
  bool operator==(const LabelStyle&) const = default;
};

// The name on a dark rounded plate, sized for a tile of this size; cut with an ellipsis to fit.
std::shared_ptr<const mix::Overlay> renderLabel(const std::string& name, int tileWidth, int tileHeight,
                                                LabelStyle style);

// A full tile: a stable colour from `colourKey`, and the initials of `name` in a circle.
mix::FrameRef renderAvatar(const std::string& name, const std::string& colourKey, int tileWidth,
                           int tileHeight);

// "AL" for "Ada Lovelace", "李" for "李小龙", "?" for an empty name.
std::string initialsOf(const std::string& name);

}  // namespace tessera::draw
