// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "base/result.h"
#include "load/raw_clips.h"

namespace tessera::bench {

struct TileRect {
  int x = 0, y = 0, width = 0, height = 0;  // canvas pixels, all even
};

struct Options {
  int senders = 16;
  int viewers = 0;  // who receive, too
  int talkers = 3;  // of the senders
  int seconds = 8;  // of media
  load::VideoClipSettings video;
  bool audioOnly = false;
  int canvasWidth = 1280, canvasHeight = 720, canvasFps = 30;
  std::vector<TileRect> tiles;            // one for each sender
  int canvasKbps = 1500, soundKbps = 40;  // config/settings.h
  bool json = false;

  int receivers() const { return senders + viewers; }
};

// --help prints and exits.
[[nodiscard]] Result<Options> parseOptions(int argc, char** argv);

}  // namespace tessera::bench
