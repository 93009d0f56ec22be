// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>

#include "pipelines/mix/video_frame.h"

namespace tessera::draw {

// Pictures drawn with PangoCairo, once per change: main thread (a few ms each; the very first one also loads
// the fonts, which can take 100 ms). Names are plain text from outside: any bytes will do.

struct LabelStyle {
  bool muted = false;           // a struck-through microphone
  bool handRaised = false;      // a hand
  bool poorConnection = false;  // a weak signal
  bool operator==(const LabelStyle&) const = default;
};

// The marks and the name on a dark rounded plate, sized for a tile of this size; the name is cut with an
// ellipsis to fit, and in a tiny tile gives way to the marks. Null when there is nothing to say or the tile
// is too small to say it. `highContrast`: an opaque plate with larger letters.
std::shared_ptr<const mix::Overlay> renderLabel(const std::string& name, int tileWidth, int tileHeight,
                                                LabelStyle style, bool highContrast = false);

// A full tile: a stable colour from `colourKey`, and the initials of `name` in a circle. Sizes of at least 2.
mix::FrameRef renderAvatar(const std::string& name, const std::string& colourKey, int tileWidth,
                           int tileHeight, bool highContrast = false);

// "AL" for "Ada Lovelace", "李" for "李小龙", "?" for an empty name.
std::string initialsOf(const std::string& name);

}  // namespace tessera::draw
