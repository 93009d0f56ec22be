// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/result.h"
#include "load/raw_clips.h"

namespace tessera::bench {

struct Options {
  int senders = 16;
  int viewers = 0;  // who receive, too
  int talkers = 3;  // of the senders
  int seconds = 8;  // of media
  load::VideoClipSettings video;
  bool audioOnly = false;
  int canvasWidth = 1280, canvasHeight = 720, canvasFps = 30;
  int tileWidth = 0, tileHeight = 0;      // 0: an even grid
  int canvasKbps = 1500, soundKbps = 40;  // config/settings.h
  bool json = false;

  int receivers() const { return senders + viewers; }
};

// --help prints and exits.
[[nodiscard]] Result<Options> parseOptions(int argc, char** argv);

}  // namespace tessera::bench
