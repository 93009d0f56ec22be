// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"

// How a room's picture is arranged and drawn: what the configuration says (Look) and what the moderator or
// the API asks for while it runs (LayoutChoice).

namespace tessera {

enum class LayoutKind { automatic, grid, speaker, spotlight, presentation, sideBySide, custom };

// How a source fills its tile: cropped, letterboxed, or (smart) cropped where that hides at most
// kMaxSmartCrop of it and letterboxed else.
enum class TileFit { fill, fit, smart };
inline constexpr double kMaxSmartCrop = 0.20;

// Who stands in a region of a custom layout. `nth` counts from 1: the second pinned, the third by last
// spoken. `recent` passes over whoever another region of the layout shows already. Nobody stands in two
// regions: the pinned and the presenters are placed first, then speakers, then the recent.
enum class RegionRule { pinned, speaker, recent, screen, presenter };

struct Region {
  double x = 0, y = 0, width = 1, height = 1;  // fractions of the canvas, inside it
  RegionRule who = RegionRule::recent;
  int nth = 1;
  TileFit fit = TileFit::smart;
  bool operator==(const Region&) const = default;
};

struct CustomLayout {
  std::string name;             // 1 to 32 of a-z 0-9 - _
  std::vector<Region> regions;  // 1 to kMaxTiles; a later one lies over an earlier
  bool operator==(const CustomLayout&) const = default;
};

struct LayoutChoice {
  LayoutKind kind = LayoutKind::automatic;
  std::string custom;  // the name of a CustomLayout when kind is custom, else empty
  std::vector<ParticipantId>
      pinned;  // at most kMaxPinned, the most important first; unknown ones are ignored
  bool operator==(const LayoutChoice&) const = default;
};
inline constexpr std::size_t kMaxPinned = 16;

struct Rgb {
  std::uint8_t red = 0, green = 0, blue = 0;
  bool operator==(const Rgb&) const = default;
};

enum class Corner { topLeft, topRight, bottomLeft, bottomRight };

struct Look {
  LayoutKind layout = LayoutKind::automatic;  // until somebody chooses another
  std::string customLayout;                   // its name when `layout` is custom
  std::vector<CustomLayout> customLayouts;
  int speakerAbove = 9;  // automatic: more people than this are shown as `speaker`
  int maxTiles = 25;     // 1 to kMaxTiles; the last one counts those who have none
  TileFit fit = TileFit::smart;
  int gap = 8;            // canvas pixels between tiles, and around them when there are several
  int cornerRadius = 12;  // canvas pixels; 0: square
  int glideMs = 250;      // how long tiles move to their new place; 0: they cut
  Rgb background{18, 20, 26};
  std::string backgroundImage;  // PNG or JPEG file, cropped to fill the canvas; empty: the colour
  std::string logo;             // PNG file; empty: none
  Corner logoCorner = Corner::topRight;
  int logoPercent = 10;  // its height in percent of the canvas'
  bool names = true;
  bool highContrast = false;
  bool recordingMark = true;  // while the room is recorded
  bool operator==(const Look&) const = default;
};

}  // namespace tessera
