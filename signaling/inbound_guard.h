// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "base/error.h"
#include "room/token_bucket.h"
#include "signaling/frame_parser.h"

namespace tessera::signaling {

// What a client did that its connection does not survive, and the close code to say so (RFC 6455, 7.4.1).
struct Violation {
  std::uint16_t closeCode = 1008;
  Error error;
};

// Watches what a client sends before libsoup gathers it: size of a message over all its fragments, number
// of fragments, binary frames, floods of pings. Pure.
class InboundGuard {
 public:
  static constexpr int kMaxFragments = 64;  // of one message
  static constexpr double kControlFramesPerSecond = 5;

  explicit InboundGuard(std::size_t maxMessageBytes);
  InboundGuard(const InboundGuard&) = delete;
  InboundGuard& operator=(const InboundGuard&) = delete;

  // The first violation stands; nothing is looked at after it.
  const std::optional<Violation>& feed(std::span<const std::uint8_t> bytes,
                                       TokenBucket::Clock::time_point now);

 private:
  void onFrame(const FrameParser::Frame& frame);
  void refuse(std::uint16_t closeCode, ErrorCode code, std::string text);

  std::size_t maxMessageBytes_;
  std::uint64_t messageBytes_ = 0;
  int fragments_ = 0;
  TokenBucket control_{kControlFramesPerSecond, 4 * kControlFramesPerSecond};
  TokenBucket::Clock::time_point now_{};
  std::optional<Violation> violation_;
  FrameParser parser_;
};

}  // namespace tessera::signaling
