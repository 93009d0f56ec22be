// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipelines/mix/video_mixer.h"
#include "room/look.h"

namespace tessera::draw {

// What surrounds the people: drawn with PangoCairo, once per change, on the main thread (labels.h).

// The border of a tile of this size that says who speaks: thin strips along its sides, so that little is
// blended per frame. `radius` is the tile's corner radius.
std::vector<mix::PlacedOverlay> renderBorder(int tileWidth, int tileHeight, int radius, bool highContrast);

// What rounds the corners of the tile at `rect`: its four corners in the colours of `background` (of the
// canvas' size; null: the mixer's own dark grey).
std::vector<mix::PlacedOverlay> renderCorners(const mix::Rect& rect, int radius,
                                              const mix::FrameRef& background);

// A full tile that says "+7".
mix::FrameRef renderMore(int count, int tileWidth, int tileHeight, bool highContrast);

// The canvas behind the tiles: the colour, or the image (PNG or JPEG) cropped to fill it.
[[nodiscard]] Result<mix::FrameRef> renderBackground(const Look& look, int canvasWidth, int canvasHeight);

// The logo in its corner of the canvas; nothing when there is none.
[[nodiscard]] Result<std::vector<mix::PlacedOverlay>> renderLogo(const Look& look, int canvasHeight);

// A red dot and "REC" on a small plate, for a corner of the canvas while the room is recorded.
// `highContrast`: an opaque plate with larger letters.
std::shared_ptr<const mix::Overlay> renderRecordingMark(int canvasHeight, bool highContrast);

}  // namespace tessera::draw
