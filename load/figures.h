// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "room/media_room.h"

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
  std::uint64_t keyframes = 0;  // of `frames`
};

struct AudioFigures {
  std::uint64_t packets = 0;
  std::uint64_t lostPackets = 0;
  std::uint64_t bytes = 0;
  Milliseconds longestGap{0};
};

// The same of one second of the window, picture and sound.
struct SecondFigures {
  std::uint64_t frames = 0, keyframes = 0, incomplete = 0, lost = 0;
  std::uint64_t bytes = 0;
  Milliseconds gap{0};  // the longest between frames that ended in this second
  std::uint64_t audioPackets = 0, audioLost = 0, audioBytes = 0;
};
inline constexpr std::size_t kMostSeconds = 600;  // later ones are not kept apart

// What the server said that a member gets, and what it asked of it.
struct ReceivingSample {
  Milliseconds at{0};  // since the measurement began; less than 0: before
  int levels = 1;
  Receiving receiving;
};
struct IngestSample {
  Milliseconds at{0};
  Ingest asked;
};

// What the one who keeps decoding saw.
struct PictureFigures {
  std::uint64_t frames = 0;
  int width = 0, height = 0;      // of the last one
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
  std::vector<SecondFigures> seconds;
  std::uint64_t keyframesSinceJoin = 0;
  std::vector<ReceivingSample> receiving;  // each change; empty: the server does not tell
  std::vector<IngestSample> ingest;        // likewise
  double kbpsIn = 0, kbpsOut = 0;          // media payload, without RTP, SRTP and UDP headers
};

}  // namespace tessera::load
