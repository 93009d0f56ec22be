// SPDX-License-Identifier: Apache-2.0
#include "signaling/frame_parser.h"

#include <algorithm>

namespace tessera::signaling {

std::size_t FrameParser::headerSize() const {
  if (headerBytes_ < 2) return 2;
  const std::size_t mask = header_[1] & 0x80 ? 4 : 0;
  switch (header_[1] & 0x7f) {
    case 126:
      return 4 + mask;
    case 127:
      return 10 + mask;
    default:
      return 2 + mask;
  }
}

void FrameParser::finishHeader() {
  frame_.fin = header_[0] & 0x80;
  frame_.opcode = header_[0] & 0x0f;
  const std::uint8_t shortLength = header_[1] & 0x7f;
  frame_.length = shortLength;
  const std::size_t extended = shortLength == 126 ? 2 : shortLength == 127 ? 8 : 0;
  if (extended) frame_.length = 0;
  for (std::size_t i = 0; i < extended; ++i) frame_.length = frame_.length << 8 | header_[2 + i];
  headerBytes_ = 0;
  payloadLeft_ = frame_.length;
  handlers_.onFrame(frame_);
}

void FrameParser::feed(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    if (payloadLeft_ > 0) {
      const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(payloadLeft_, bytes.size()));
      payloadLeft_ -= n;
      bytes = bytes.subspan(n);
      handlers_.onPayload(frame_, n);
      continue;
    }
    header_[headerBytes_++] = bytes.front();
    bytes = bytes.subspan(1);
    if (headerBytes_ >= 2 && headerBytes_ == headerSize()) finishHeader();
  }
}

}  // namespace tessera::signaling
