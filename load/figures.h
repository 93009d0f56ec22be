// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

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

struct DelaySample {
  Milliseconds at{0};  // since the measurement began
  double ms = 0;
};

// How late the senders' frames were in the picture: from the last packet of a frame sent to the last packet
// of the first mixed frame that shows it. It includes both ways through the network and both jitter buffers.
struct DelayFigures {
  std::vector<DelaySample> series;           // of all senders
  int senders = 0;                           // whose tiles were read
  double worstMedianMs = 0, worstP95Ms = 0;  // of the sender who had it worst
  std::uint64_t unread = 0;                  // tiles whose time code could not be read or is nobody's
  double decodeMs = 0;  // from a mixed frame's last packet to its picture here, at the median
};

// The same for the beginnings of speech, from packet to packet.
struct SoundFigures {
  std::vector<DelaySample> delays;
};

// One participant or viewer. Times count from the moment `join` was sent.
struct MemberFigures {
  std::string name;
  bool viewer = false;
  bool audioOnly = false;  // its first frame is the first packet of sound
  std::string failure;     // empty: joined and got media
  std::optional<Milliseconds> welcome, connected, firstFrame;
  int offers = 0;  // more than one: the connection was made anew
  VideoFigures video;
  AudioFigures audio;
  std::optional<PictureFigures> picture;
  std::optional<DelayFigures> delay;
  std::optional<SoundFigures> sound;
  double kbpsIn = 0, kbpsOut = 0;  // media payload, without RTP, SRTP and UDP headers
};

}  // namespace tessera::load
