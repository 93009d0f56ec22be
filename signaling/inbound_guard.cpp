// SPDX-License-Identifier: Apache-2.0
#include "signaling/inbound_guard.h"

#include <fmt/core.h>

#include <utility>

namespace tessera::signaling {
namespace {
constexpr std::uint8_t kBinary = 0x2;
constexpr std::uint16_t kCloseUnsupported = 1003;
constexpr std::uint16_t kClosePolicy = 1008;
constexpr std::uint16_t kCloseTooBig = 1009;
}  // namespace

InboundGuard::InboundGuard(std::size_t maxMessageBytes)
    : maxMessageBytes_(maxMessageBytes),
      parser_({[this](const FrameParser::Frame& frame) { onFrame(frame); },
               [](const FrameParser::Frame&, std::size_t) {}}) {}

const std::optional<Violation>& InboundGuard::feed(std::span<const std::uint8_t> bytes,
                                                   TokenBucket::Clock::time_point now) {
  now_ = now;
  if (!violation_) parser_.feed(bytes);
  return violation_;
}

void InboundGuard::refuse(std::uint16_t closeCode, ErrorCode code, std::string text) {
  if (!violation_) violation_ = Violation{closeCode, {code, std::move(text)}};
}

void InboundGuard::onFrame(const FrameParser::Frame& frame) {
  if (frame.control()) {
    if (!control_.take(now_)) refuse(kClosePolicy, ErrorCode::tooMany, "too many control frames");
    return;
  }
  if (frame.opcode == kBinary)
    return refuse(kCloseUnsupported, ErrorCode::unsupported, "binary frames are not used here");
  if (frame.opcode != 0) {  // not a continuation
    messageBytes_ = 0;
    fragments_ = 0;
  }
  // Subtracting instead of adding: the length is the client's word and may be close to 2^64.
  if (frame.length > maxMessageBytes_ - messageBytes_)
    return refuse(kCloseTooBig, ErrorCode::tooLarge,
                  fmt::format("a message has at most {} bytes", maxMessageBytes_));
  messageBytes_ += frame.length;
  if (++fragments_ > kMaxFragments)
    refuse(kClosePolicy, ErrorCode::tooMany,
           fmt::format("a message has at most {} fragments", kMaxFragments));
}

}  // namespace tessera::signaling
