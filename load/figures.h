// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace tessera::load {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Milliseconds = std::chrono::duration<double, std::milli>;

// What one receiver got of the mixed picture within a window of time.
struct VideoFigures {
  std::uint64_t frames = 0;  // complete, and nothing they refer to was lost
  std::uint64_t incomplete =
      0;  // frames with a missing packet, or that cannot be decoded for an earlier loss
  std::uint64_t lostPackets = 0;
  std::uint64_t bytes = 0;  // RTP payload
  Milliseconds longestGap{0};
  double fps = 0;
};

struct AudioFigures {
  std::uint64_t packets = 0;
  std::uint64_t lostPackets = 0;
  std::uint64_t bytes = 0;
  Milliseconds longestGap{0};
};

// What the one who keeps decoding saw.
struct PictureFigures {
  std::uint64_t frames = 0;
  double lowestVariance = 0;      // of luma; near 0 is a blank picture
  Milliseconds longestFreeze{0};  // the longest time without a change in the picture
};

// One participant or viewer. Times count from the moment `join` was sent.
struct MemberFigures {
  std::string name;
  bool viewer = false;
  std::string failure;  // empty: joined and got media
  std::optional<Milliseconds> welcome, connected, firstFrame;
  int offers = 0;  // more than one: the connection was made anew
  VideoFigures video;
  AudioFigures audio;
  std::optional<PictureFigures> picture;
  double kbpsIn = 0, kbpsOut = 0;  // media payload, without RTP, SRTP and UDP headers
};

}  // namespace tessera::load
