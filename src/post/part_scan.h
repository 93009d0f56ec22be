// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <set>
#include <string>

#include "post/part_reader.h"

namespace tessera::post {

// Where a part's media lies in its own time.
struct PartSpan {
  Ticks origin = 0;  // its first keyframe (of sound alone: its first packet)
  Ticks firstSound =
      0;          // its first packet of sound from there on: what is for a decoder to begin with is left out
  Ticks end = 0;  // what comes later is left out
  Ticks length() const { return end - origin; }
};

// What a first reading of a part found.
struct PartScan {
  ParametersPtr video, sound;  // null: none
  PartSpan span;
  int fps = 0;  // of the pictures, when they come fastest; 0: not known
  Damage damage;
  std::set<Ticks> badVideo, badSound;  // timestamps of packets that cannot be decoded, as far as is known
};

// Fails when nothing of it can be used. `onBytes` hears how much was read.
[[nodiscard]] Result<PartScan> scanPart(const std::string& path, bool video,
                                        const std::function<void(std::int64_t)>& onBytes);

// How far a packet of sound may be from where it is expected: one and a half.
inline Ticks toleranceOf(Ticks packet) {
  return packet + packet / 2;
}

// Where a part comes to lie in the file, of which the sound is written up to `soundEnd`. The sound decides,
// since it cannot be moved by less than a packet, and the picture goes with it.
struct Placement {
  Ticks soundBegin = 0;  // where the part's sound, or the silence before it, begins in the file
  int silentPackets = 0;
  Ticks shift = 0;  // from media time of the part to that of the file
};
Placement placePart(const PartSpan& span, bool first, Ticks soundEnd, Ticks packet);

}  // namespace tessera::post
