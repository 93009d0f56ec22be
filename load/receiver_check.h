// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>

#include "load/figures.h"
#include "room/media_room.h"

// Whether frames arrive whole, read from their RTP packets (as they leave the jitter buffer, in order)
// without decoding them. Plain C++; one thread at a time.

namespace tessera::load {

struct RtpPacket {
  std::uint16_t seq = 0;
  std::uint32_t timestamp = 0;
  std::uint32_t ssrc = 0;
  bool marker = false;
  std::span<const std::uint8_t> payload;
};

// RFC 3550 5.1; nothing when it is not a whole RTP packet.
std::optional<RtpPacket> parseRtp(std::span<const std::uint8_t> packet);

struct PayloadInfo {
  bool startsFrame = false;  // may be the first packet of a frame
  bool keyframe = false;
};
PayloadInfo inspectVp8(std::span<const std::uint8_t> payload);   // RFC 7741 4.2
PayloadInfo inspectH264(std::span<const std::uint8_t> payload);  // RFC 6184 5.2

// Counts what is missing in a stream of sequence numbers.
class SequenceCheck {
 public:
  // The number of packets missing before this one; a new SSRC starts afresh.
  std::uint64_t missingBefore(const RtpPacket& packet);
  bool newStream() const { return newStream_; }

 private:
  std::optional<std::uint32_t> ssrc_;
  std::uint16_t last_ = 0;
  bool newStream_ = false;
};

class VideoCheck {
 public:
  explicit VideoCheck(VideoCodec codec) : codec_(codec) {}

  // True as long as a keyframe is needed: something is missing that later frames refer to.
  bool onPacket(const RtpPacket& packet, TimePoint now);
  void beginWindow(TimePoint now);
  VideoFigures figures(TimePoint now) const;  // since beginWindow()

 private:
  void beginFrame(const RtpPacket& packet, const PayloadInfo& info);
  void endFrame(TimePoint now);

  const VideoCodec codec_;
  SequenceCheck sequence_;
  VideoFigures counts_;
  TimePoint windowStart_{};
  TimePoint lastFrame_{};
  std::uint32_t timestamp_ = 0;
  bool inFrame_ = false;
  bool whole_ = false;      // no packet of the current frame is missing so far
  bool keyframe_ = false;   // the current frame is one
  bool decodable_ = false;  // nothing was lost since the last keyframe
  bool broken_ = false;     // not decodable, and not because the first keyframe is still coming in
};

class AudioCheck {
 public:
  void onPacket(const RtpPacket& packet, TimePoint now);
  void beginWindow(TimePoint now);
  AudioFigures figures(TimePoint now) const;

 private:
  SequenceCheck sequence_;
  AudioFigures counts_;
  TimePoint lastPacket_{};
};

}  // namespace tessera::load
