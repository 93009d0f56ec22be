// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <vector>

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

// Figures of each second since a moment.
class Seconds {
 public:
  void begin(TimePoint now);
  // Of the second that `now` is in; what is too late to be kept goes into one that nobody sees.
  SecondFigures& at(TimePoint now);
  const std::vector<SecondFigures>& all() const { return seconds_; }

 private:
  TimePoint begin_{};
  std::vector<SecondFigures> seconds_;
  SecondFigures unseen_;
};

class VideoCheck {
 public:
  explicit VideoCheck(VideoCodec codec) : codec_(codec) {}

  // True as long as a keyframe is needed: something is missing that later frames refer to.
  bool onPacket(const RtpPacket& packet, TimePoint now);
  void beginWindow(TimePoint now);
  VideoFigures figures(TimePoint now) const;                                    // since beginWindow()
  const std::vector<SecondFigures>& seconds() const { return seconds_.all(); }  // likewise; picture only
  std::uint64_t keyframes() const { return keyframes_; }                        // since it was made
  std::uint64_t frames() const { return frames_; }                              // likewise
  std::uint64_t lostPackets() const { return lostPackets_; }                    // likewise

 private:
  void beginFrame(const RtpPacket& packet, const PayloadInfo& info, TimePoint now);
  void countIncomplete(TimePoint now);
  void endFrame(TimePoint now);

  const VideoCodec codec_;
  SequenceCheck sequence_;
  VideoFigures counts_;
  Seconds seconds_;
  std::uint64_t keyframes_ = 0, frames_ = 0, lostPackets_ = 0;
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
  const std::vector<SecondFigures>& seconds() const { return seconds_.all(); }  // sound only

 private:
  SequenceCheck sequence_;
  Seconds seconds_;
  AudioFigures counts_;
  TimePoint lastPacket_{};
};

}  // namespace tessera::load
