// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace tessera::signaling {

// Follows the frames of a WebSocket's bytes (RFC 6455, 5.2) without keeping their payload: libsoup tells
// neither of pings nor of fragments, nor how much of what was sent has left.
class FrameParser {
 public:
  struct Frame {
    bool fin = false;
    std::uint8_t opcode = 0;
    std::uint64_t length = 0;
    bool control() const { return opcode & 0x8; }
  };
  struct Handlers {
    std::function<void(const Frame&)> onFrame;                       // its header is complete
    std::function<void(const Frame&, std::size_t bytes)> onPayload;  // so many more bytes of it
  };

  explicit FrameParser(Handlers handlers) : handlers_(std::move(handlers)) {}
  void feed(std::span<const std::uint8_t> bytes);

 private:
  std::size_t headerSize() const;  // as far as known from the bytes so far
  void finishHeader();

  Handlers handlers_;
  std::array<std::uint8_t, 14> header_{};
  std::size_t headerBytes_ = 0;
  Frame frame_;
  std::uint64_t payloadLeft_ = 0;
};

}  // namespace tessera::signaling
