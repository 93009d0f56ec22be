// SPDX-License-Identifier: Apache-2.0
#include "room/device_watch.h"

#include <cstdint>

namespace tessera {
namespace {

constexpr int kBadInRow = 2;
constexpr int kEnoughFrames = 10;
constexpr double kDropped = 0.2;     // of all frames
constexpr double kOfInterval = 0.9;  // a decoder that takes longer than that for a frame has no reserve
constexpr int kFreezes = 2;

bool bad(const ReceiverStats& stats, int fps, bool networkHealthy) {
  if (stats.framesDecoded > 0 && stats.decodeMs > kOfInterval * 1000 / fps) return true;
  if (!networkHealthy) return false;  // frames that lack a packet are dropped, too
  const auto frames = std::int64_t{stats.framesDecoded} + stats.framesDropped;
  if (frames >= kEnoughFrames && stats.framesDropped > kDropped * static_cast<double>(frames)) return true;
  return stats.freezes >= kFreezes;
}

}  // namespace

bool DeviceWatch::tooMuch(const ReceiverStats& stats, int fps, bool networkHealthy) {
  if (fps <= 0) return false;  // a still picture asks nothing of anybody
  bad_ = bad(stats, fps, networkHealthy) ? bad_ + 1 : 0;
  if (bad_ < kBadInRow) return false;
  bad_ = 0;
  return true;
}

}  // namespace tessera
