// SPDX-License-Identifier: Apache-2.0
#include "load/receiver_check.h"

#include <algorithm>

namespace tessera::load {
namespace {

constexpr std::size_t kRtpHeaderBytes = 12;
// A jump further than this is a restarted stream, not a loss.
constexpr std::uint16_t kLargestLoss = 1000;

std::uint32_t read16(std::span<const std::uint8_t> data, std::size_t at) {
  return static_cast<std::uint32_t>(data[at] << 8 | data[at + 1]);
}
std::uint32_t read32(std::span<const std::uint8_t> data, std::size_t at) {
  return read16(data, at) << 16 | read16(data, at + 2);
}

bool isIdr(std::uint8_t nalHeader) {
  return (nalHeader & 0x1f) == 5;
}

Milliseconds since(TimePoint from, TimePoint to) {
  return to > from ? Milliseconds(to - from) : Milliseconds(0);
}

}  // namespace

std::optional<RtpPacket> parseRtp(std::span<const std::uint8_t> packet) {
  if (packet.size() < kRtpHeaderBytes || packet[0] >> 6 != 2) return std::nullopt;
  std::size_t header = kRtpHeaderBytes + 4u * (packet[0] & 0x0f);
  if (packet[0] & 0x10) {  // extension: profile, length in words
    if (packet.size() < header + 4) return std::nullopt;
    header += 4 + 4 * read16(packet, header + 2);
  }
  const std::size_t padding = packet[0] & 0x20 ? packet.back() : 0;
  if (packet.size() < header + padding) return std::nullopt;
  RtpPacket rtp;
  rtp.marker = (packet[1] & 0x80) != 0;
  rtp.seq = static_cast<std::uint16_t>(read16(packet, 2));
  rtp.timestamp = read32(packet, 4);
  rtp.ssrc = read32(packet, 8);
  rtp.payload = packet.subspan(header, packet.size() - header - padding);
  return rtp;
}

PayloadInfo inspectVp8(std::span<const std::uint8_t> payload) {
  PayloadInfo info;
  if (payload.empty()) return info;
  const bool startOfPartition = (payload[0] & 0x10) != 0;
  info.startsFrame = startOfPartition && (payload[0] & 0x07) == 0;
  std::size_t descriptor = 1;
  if (payload[0] & 0x80) {  // X: I, L, T and K say which octets follow
    if (payload.size() < 2) return {};
    const std::uint8_t extended = payload[1];
    descriptor = 2;
    if (extended & 0x80) {  // picture id of 7 or 15 bits
      if (payload.size() <= descriptor) return {};
      descriptor += payload[descriptor] & 0x80 ? 2 : 1;
    }
    if (extended & 0x40) descriptor += 1;
    if (extended & 0x30) descriptor += 1;
  }
  if (payload.size() <= descriptor) return {};
  info.keyframe = info.startsFrame && (payload[descriptor] & 0x01) == 0;
  return info;
}

PayloadInfo inspectH264(std::span<const std::uint8_t> payload) {
  PayloadInfo info;
  if (payload.empty()) return info;
  const int type = payload[0] & 0x1f;
  if (type >= 1 && type <= 23) {
    info.startsFrame = true;
    info.keyframe = type == 5;
  } else if (type == 24) {  // STAP-A: size and NAL unit, repeated
    info.startsFrame = true;
    for (std::size_t at = 1; at + 2 < payload.size(); at += 2 + read16(payload, at)) {
      info.keyframe |= isIdr(payload[at + 2]);
    }
  } else if (type == 28 && payload.size() > 1) {  // FU-A
    info.startsFrame = (payload[1] & 0x80) != 0;
    info.keyframe = isIdr(payload[1]);
  }
  return info;
}

std::uint64_t SequenceCheck::missingBefore(const RtpPacket& packet) {
  const auto ahead = static_cast<std::uint16_t>(packet.seq - last_);
  newStream_ = ssrc_ != packet.ssrc || ahead > kLargestLoss;
  ssrc_ = packet.ssrc;
  last_ = packet.seq;
  return newStream_ || ahead == 0 ? 0 : ahead - 1;
}

void Seconds::begin(TimePoint now) {
  begin_ = now;
  seconds_.clear();
}

SecondFigures& Seconds::at(TimePoint now) {
  const auto index = static_cast<std::size_t>(since(begin_, now).count() / 1000);
  if (begin_ == TimePoint{} || index >= kMostSeconds) return unseen_;
  if (seconds_.size() <= index) seconds_.resize(index + 1);
  return seconds_[index];
}

bool VideoCheck::onPacket(const RtpPacket& packet, TimePoint now) {
  const std::uint64_t missing = sequence_.missingBefore(packet);
  if (packet.payload.empty()) return false;  // probing or padding: it counts as a sequence number only
  const PayloadInfo info =
      codec_ == VideoCodec::vp8 ? inspectVp8(packet.payload) : inspectH264(packet.payload);
  counts_.lostPackets += missing;
  lostPackets_ += missing;
  counts_.bytes += packet.payload.size();
  SecondFigures& second = seconds_.at(now);
  second.lost += missing;
  second.bytes += packet.payload.size();
  if (sequence_.newStream()) {
    decodable_ = inFrame_ = false;
  } else if (missing > 0) {
    decodable_ = whole_ = false;
    broken_ = true;
  }
  if (!inFrame_ || packet.timestamp != timestamp_) beginFrame(packet, info, now);
  keyframe_ |= info.keyframe;
  if (packet.marker) endFrame(now);
  return broken_;
}

void VideoCheck::countIncomplete(TimePoint now) {
  ++counts_.incomplete;
  ++seconds_.at(now).incomplete;
}

void VideoCheck::beginFrame(const RtpPacket& packet, const PayloadInfo& info, TimePoint now) {
  if (inFrame_) {  // the last one never had its marker
    countIncomplete(now);
    decodable_ = false;
    broken_ = true;
  }
  inFrame_ = true;
  timestamp_ = packet.timestamp;
  whole_ = info.startsFrame;
  keyframe_ = false;
}

void VideoCheck::endFrame(TimePoint now) {
  inFrame_ = false;
  decodable_ = whole_ && (decodable_ || keyframe_);
  broken_ = !decodable_;
  if (!decodable_) return countIncomplete(now);
  SecondFigures& second = seconds_.at(now);
  if (lastFrame_ != TimePoint{}) {
    const Milliseconds gap = since(std::max(lastFrame_, windowStart_), now);
    counts_.longestGap = std::max(counts_.longestGap, gap);
    second.gap = std::max(second.gap, gap);
  }
  for (std::uint64_t* count : {&counts_.frames, &second.frames, &frames_}) ++*count;
  if (keyframe_)
    for (std::uint64_t* count : {&counts_.keyframes, &second.keyframes, &keyframes_}) ++*count;
  lastFrame_ = now;
}

void VideoCheck::beginWindow(TimePoint now) {
  counts_ = {};
  seconds_.begin(now);
  windowStart_ = now;
}

VideoFigures VideoCheck::figures(TimePoint now) const {
  VideoFigures result = counts_;
  result.longestGap = std::max(result.longestGap, since(std::max(lastFrame_, windowStart_), now));
  const double seconds = since(windowStart_, now).count() / 1000;
  if (seconds > 0) result.fps = static_cast<double>(result.frames) / seconds;
  return result;
}

void AudioCheck::onPacket(const RtpPacket& packet, TimePoint now) {
  const std::uint64_t missing = sequence_.missingBefore(packet);
  counts_.lostPackets += missing;
  ++counts_.packets;
  counts_.bytes += packet.payload.size();
  SecondFigures& second = seconds_.at(now);
  second.audioLost += missing;
  ++second.audioPackets;
  second.audioBytes += packet.payload.size();
  if (lastPacket_ != TimePoint{}) counts_.longestGap = std::max(counts_.longestGap, since(lastPacket_, now));
  lastPacket_ = now;
}

void AudioCheck::beginWindow(TimePoint now) {
  counts_ = {};
  seconds_.begin(now);
  lastPacket_ = now;
}

AudioFigures AudioCheck::figures(TimePoint now) const {
  AudioFigures result = counts_;
  result.longestGap = std::max(result.longestGap, since(lastPacket_, now));
  return result;
}

}  // namespace tessera::load
