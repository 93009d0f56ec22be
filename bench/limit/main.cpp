// SPDX-License-Identifier: Apache-2.0
// What a room's media costs with the raw libraries and nothing else. See --help.
#include <libyuv/version.h>
#include <vpx/vp8cx.h>

#include <cstdio>
#include <cstdlib>

#include "bench/limit/room.h"
#include "load/json_text.h"

namespace tessera::bench {
namespace {

using load::JsonObject;

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr int kWarmUpSeconds = 1;  // first keyframes, cold caches

struct Costs {
  double perSender = 0, perReceiver = 0;  // cores
};

Costs costsOf(const Meter& meter, const Options& options) {
  const auto cores = [&](std::initializer_list<Part> parts) {
    double sum = 0;
    for (const Part part : parts) sum += meter.seconds(part);
    return sum / options.seconds;
  };
  return {cores({Part::receive, Part::unprotect, Part::decodeVideo, Part::scale}) / options.senders,
          cores({Part::protect, Part::send}) / options.receivers()};
}

std::string versions() {
  return fmt::format("{}, libyuv {}, {}, {}", vpx_codec_iface_name(vpx_codec_vp8_cx()), LIBYUV_VERSION,
                     opus_get_version_string(), srtp_get_version_string());
}

std::string inputOf(const Options& o) {
  if (o.audioOnly) return "no video";
  return fmt::format(
      "VP8 {}x{} at {} fps and {} kbit/s in, {}x{} at {} fps and {} kbit/s out, tiles of {}x{}",
      o.video.width, o.video.height, o.video.fps, o.video.kbps, o.canvasWidth, o.canvasHeight, o.canvasFps,
      o.canvasKbps, o.tiles[0].width, o.tiles[0].height);
}

void printTable(const Meter& meter, double canvasKbps, const Options& o) {
  fmt::print("{} senders of whom {} talk, {} receivers; {}; Opus {} kbit/s out; {} s of media\n{}\n\n",
             o.senders, o.talkers, o.receivers(), inputOf(o), o.soundKbps, o.seconds, versions());
  for (std::size_t i = 0; i < kParts; ++i) {
    const double cores = meter.seconds(static_cast<Part>(i)) / o.seconds;
    fmt::print("{:<14}{:>8.4f}  {:>5.1f} %\n", titleOf(static_cast<Part>(i)), cores,
               100 * cores * o.seconds / meter.total());
  }
  const Costs costs = costsOf(meter, o);
  fmt::print("{:<14}{:>8.4f}  cores\n\n", "together", meter.total() / o.seconds);
  fmt::print("per sender {:.4f} (recvmsg, SRTP, decode, scale), per receiver {:.4f} (SRTP, sendmsg)\n",
             costs.perSender, costs.perReceiver);
  if (!o.audioOnly) fmt::print("the canvas came to {:.0f} kbit/s\n", canvasKbps);
}

std::string precise(double cores) {
  return fmt::format("{:.6f}", cores);
}

void printJson(const Meter& meter, double canvasKbps, const Options& o) {
  JsonObject parts;
  for (std::size_t i = 0; i < kParts; ++i)
    parts.raw(keyOf(static_cast<Part>(i)), precise(meter.seconds(static_cast<Part>(i)) / o.seconds));
  const Costs costs = costsOf(meter, o);
  fmt::print("{}\n", JsonObject()
                         .add("senders", o.senders)
                         .add("viewers", o.viewers)
                         .add("talkers", o.talkers)
                         .add("media", inputOf(o))
                         .add("seconds", o.seconds)
                         .raw("cores", precise(meter.total() / o.seconds))
                         .raw("perSender", precise(costs.perSender))
                         .raw("perReceiver", precise(costs.perReceiver))
                         .add("canvasKbps", canvasKbps)
                         .raw("parts", parts.text())
                         .add("versions", versions())
                         .text());
}

int run(const Options& options) {
  auto clips = load::obtainRawClips(options.video,
                                    [](std::string_view text) { fmt::print(stderr, "limit: {}\n", text); });
  if (!clips) {
    fmt::print(stderr, "limit: {}\n", clips.error().text);
    return kExitFailed;
  }
  auto room = Room::create(options, std::move(*clips));
  Status played;
  std::uint64_t warmUpBytes = 0;
  if (room) {
    played = room->play(kWarmUpSeconds);
    room->meter().reset();
    warmUpBytes = room->encodedBytes();
    if (played) played = room->play(options.seconds);
  }
  if (!room || !played) {
    fmt::print(stderr, "limit: {}\n", (room ? played.error() : room.error()).text);
    return kExitFailed;
  }
  const double kbps = static_cast<double>(room->encodedBytes() - warmUpBytes) * 8 / 1000 / options.seconds;
  (options.json ? printJson : printTable)(room->meter(), kbps, options);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace tessera::bench

int main(int argc, char** argv) {
  const auto options = tessera::bench::parseOptions(argc, argv);
  if (!options) {
    fmt::print(stderr, "limit: {}\n", options.error().text);
    return tessera::bench::kExitUsage;
  }
  return tessera::bench::run(*options);
}
