// SPDX-License-Identifier: Apache-2.0
#include "bench/limit/options.h"

#include <getopt.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

namespace tessera::bench {
namespace {

const char* const kHelp =
    R"(limit [OPTION]…   what a room's media costs with the raw libraries and nothing else, in one thread

Decodes each sender's VP8 (libvpx), scales it to its tile in the canvas (libyuv), encodes the canvas once, with
the settings of the room's own encoder; decodes the talkers' Opus, mixes, and encodes K + 1 mixes; SRTP (libsrtp)
of every packet in and out, and one recvmsg or sendmsg each on loopback. The clips are those of tessera-load, from
the same cache. Not in it: signaling, DTLS, RTCP, retransmission, jitter buffers, clocks, threads.

  --senders N          who send picture and sound, and receive the mix (16)
  --viewers M          who receive only (0)
  --talkers K          of the senders (3)
  --seconds S          of media, 1 to 600; the one before them is not counted (8)
  --audio-only         no video
  --size WxH --fps F --kbps B   of what the senders send (640x360, 30, 600)
  --canvas WxH --canvas-fps F   (1280x720, 30)
  --canvas-kbps B --sound-kbps B   of what the receivers get (1500, 40)
  --tiles X,Y,W,H:…    where the senders stand, one for each, even pixels; background between (an even grid that
                       fills the canvas)
  --json               print JSON instead of the table
  -h, --help           this text

Cores are seconds of processor time (user and system, of the thread) per second of media.
)";

enum Key {
  senders,
  viewers,
  talkers,
  seconds,
  audioOnly,
  size,
  fps,
  kbps,
  canvas,
  canvasFps,
  canvasKbps,
  soundKbps,
  tiles,
  json
};

Status readInt(const char* name, const char* text, int least, int most, int& out) {
  const char* const end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, out);
  if (error != std::errc() || rest != end || out < least || out > most)
    return fail(ErrorCode::config, "--{} {}: expected {} to {}", name, text, least, most);
  return {};
}

Status readSize(const char* name, const char* text, int& width, int& height) {
  char rest = 0;
  if (std::sscanf(text, "%dx%d%c", &width, &height, &rest) == 2 && width >= 16 && height >= 16 &&
      width <= 3840 && height <= 2160 && width % 2 == 0 && height % 2 == 0)
    return {};
  return fail(ErrorCode::config, "--{} {}: expected even numbers from 16x16 to 3840x2160", name, text);
}

Status readTiles(const char* text, std::vector<TileRect>& out) {
  out.clear();
  for (int length = 0;; text += length + 1) {
    TileRect at;
    const bool read = std::sscanf(text, "%d,%d,%d,%d%n", &at.x, &at.y, &at.width, &at.height, &length) == 4;
    if (!read || (text[length] != ':' && text[length] != 0))
      return fail(ErrorCode::config, "--tiles {}: expected X,Y,W,H:…", text);
    out.push_back(at);
    if (text[length] == 0) return {};
  }
}

// Even, and on the canvas.
bool standsOn(const TileRect& tile, const Options& o) {
  return (tile.x | tile.y | tile.width | tile.height) % 2 == 0 && tile.x >= 0 && tile.y >= 0 &&
         tile.width >= 2 && tile.height >= 2 && tile.width <= o.canvasWidth - tile.x &&
         tile.height <= o.canvasHeight - tile.y;
}

Status checkTiles(const Options& o) {
  if (std::ssize(o.tiles) != o.senders)
    return fail(ErrorCode::config, "--tiles: {} for {} senders", o.tiles.size(), o.senders);
  for (const TileRect& tile : o.tiles)
    if (!standsOn(tile, o))
      return fail(ErrorCode::config, "--tiles {},{},{},{}: expected even numbers, on the canvas", tile.x,
                  tile.y, tile.width, tile.height);
  return {};
}

Status read(int key, const char* name, const char* text, Options& o) {
  switch (key) {
    case senders:
      return readInt(name, text, 1, 1000, o.senders);
    case viewers:
      return readInt(name, text, 0, 1000, o.viewers);
    case talkers:
      return readInt(name, text, 0, 1000, o.talkers);
    case seconds:
      return readInt(name, text, 1, 600, o.seconds);
    case fps:
      return readInt(name, text, 1, 60, o.video.fps);
    case kbps:
      return readInt(name, text, 50, 20000, o.video.kbps);
    case canvasFps:
      return readInt(name, text, 1, 60, o.canvasFps);
    case canvasKbps:
      return readInt(name, text, 50, 20000, o.canvasKbps);
    case soundKbps:
      return readInt(name, text, 6, 256, o.soundKbps);
    case size:
      return readSize(name, text, o.video.width, o.video.height);
    case canvas:
      return readSize(name, text, o.canvasWidth, o.canvasHeight);
    case tiles:
      return readTiles(text, o.tiles);
    case audioOnly:
      o.audioOnly = true;
      return {};
    default:
      o.json = true;
      return {};
  }
}

void useGrid(Options& o) {
  const int columns = static_cast<int>(std::ceil(std::sqrt(o.senders)));
  const int rows = (o.senders + columns - 1) / columns;
  const int width = o.canvasWidth / columns & ~1, height = o.canvasHeight / rows & ~1;
  for (int i = 0; i < o.senders; ++i)
    o.tiles.push_back({i % columns * width, i / columns * height, width, height});
}

}  // namespace

Result<Options> parseOptions(int argc, char** argv) {
  const option known[] = {{"senders", 1, nullptr, senders},
                          {"viewers", 1, nullptr, viewers},
                          {"talkers", 1, nullptr, talkers},
                          {"seconds", 1, nullptr, seconds},
                          {"audio-only", 0, nullptr, audioOnly},
                          {"size", 1, nullptr, size},
                          {"fps", 1, nullptr, fps},
                          {"kbps", 1, nullptr, kbps},
                          {"canvas", 1, nullptr, canvas},
                          {"canvas-fps", 1, nullptr, canvasFps},
                          {"canvas-kbps", 1, nullptr, canvasKbps},
                          {"sound-kbps", 1, nullptr, soundKbps},
                          {"tiles", 1, nullptr, tiles},
                          {"json", 0, nullptr, json},
                          {"help", 0, nullptr, 'h'},
                          {nullptr, 0, nullptr, 0}};
  Options options;
  int index = 0;
  for (int key = 0; (key = getopt_long(argc, argv, "h", known, &index)) != -1;) {
    if (key == 'h') {
      fmt::print("{}", kHelp);
      std::exit(EXIT_SUCCESS);
    }
    if (key == '?') return fail(ErrorCode::config, "see --help");
    if (auto ok = read(key, known[index].name, optarg, options); !ok) return tl::unexpected(ok.error());
  }
  if (optind < argc) return fail(ErrorCode::config, "{} is not an option", argv[optind]);
  if (options.talkers > options.senders) options.talkers = options.senders;
  if (options.tiles.empty()) useGrid(options);
  if (auto ok = checkTiles(options); !ok) return tl::unexpected(ok.error());
  return options;
}

}  // namespace tessera::bench
