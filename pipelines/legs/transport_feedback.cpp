// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/transport_feedback.h"

#include "pipelines/legs/big_endian.h"

namespace tessera {
namespace {

enum Symbol : std::uint8_t { notReceived = 0, smallDelta = 1, largeDelta = 2, reserved = 3 };

constexpr std::size_t kHeaderBytes = 8;
constexpr std::chrono::microseconds kDeltaUnit{250};

// Appends the symbols of a packet status chunk (section 3.1.3 and 3.1.4), at most up to `count` in all.
void readChunk(std::uint16_t chunk, std::size_t count, std::vector<Symbol>& symbols) {
  const auto add = [&](int symbol) {
    if (symbols.size() < count) symbols.push_back(static_cast<Symbol>(symbol));
  };
  if ((chunk & 0x8000) == 0) {
    for (int run = chunk & 0x1fff; run > 0 && symbols.size() < count; --run) add(chunk >> 13 & 3);
  } else if ((chunk & 0x4000) == 0) {
    for (int shift = 13; shift >= 0; --shift) add(chunk >> shift & 1);
  } else {
    for (int shift = 12; shift >= 0; shift -= 2) add(chunk >> shift & 3);
  }
}

}  // namespace

std::optional<TransportFeedback> parseTransportFeedback(std::span<const std::uint8_t> fci) {
  if (fci.size() < kHeaderBytes) return std::nullopt;
  const std::size_t count = bigEndian16(fci, 2);
  if (count == 0 || count > TransportFeedback::kMaxPackets) return std::nullopt;
  TransportFeedback feedback;
  feedback.first = bigEndian16(fci, 0);
  feedback.reference = bigEndian32(fci, 4) >> 8;

  std::size_t at = kHeaderBytes;
  std::vector<Symbol> symbols;
  symbols.reserve(count);
  for (; symbols.size() < count; at += 2) {
    if (at + 2 > fci.size()) return std::nullopt;
    readChunk(bigEndian16(fci, at), count, symbols);
  }

  feedback.packets.reserve(count);
  std::chrono::microseconds received{0};
  for (const Symbol symbol : symbols) {
    if (symbol == reserved) return std::nullopt;
    const std::size_t bytes = symbol;  // of the delta: none, one, or two with a sign
    if (at + bytes > fci.size()) return std::nullopt;
    if (symbol == smallDelta) received += kDeltaUnit * fci[at];
    if (symbol == largeDelta) received += kDeltaUnit * static_cast<std::int16_t>(bigEndian16(fci, at));
    at += bytes;
    feedback.packets.push_back(symbol == notReceived ? std::nullopt : std::optional(received));
  }
  return feedback;
}

}  // namespace tessera
