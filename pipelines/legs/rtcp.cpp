// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/rtcp.h"

#include <algorithm>

#include "pipelines/legs/big_endian.h"

namespace tessera {
namespace {

constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kFeedbackHeaderBytes = 12;  // and the SSRCs of sender and medium
constexpr std::size_t kBlockBytes = 24;
constexpr int kVersion = 2;

}  // namespace

std::span<const std::uint8_t> RtcpPacket::feedback() const {
  return bytes.subspan(std::min(kFeedbackHeaderBytes, bytes.size()));
}

std::optional<std::vector<RtcpPacket>> splitRtcp(std::span<const std::uint8_t> compound) {
  std::vector<RtcpPacket> packets;
  while (!compound.empty()) {
    if (compound.size() < kHeaderBytes || compound[0] >> 6 != kVersion) return std::nullopt;
    const std::size_t size = (std::size_t{bigEndian16(compound, 2)} + 1) * 4;
    if (size > compound.size()) return std::nullopt;
    packets.push_back({compound[1], compound[0] & 0x1f, compound.first(size)});
    compound = compound.subspan(size);
  }
  if (packets.empty()) return std::nullopt;
  return packets;
}

std::vector<ReportBlock> reportBlocks(const RtcpPacket& packet) {
  std::size_t at = 0;
  if (packet.type == RtcpPacket::kSenderReport) at = 28;
  if (packet.type == RtcpPacket::kReceiverReport) at = 8;
  if (at == 0) return {};
  std::vector<ReportBlock> blocks;
  for (int i = 0; i < packet.format && at + kBlockBytes <= packet.bytes.size(); ++i, at += kBlockBytes) {
    const auto block = packet.bytes.subspan(at, kBlockBytes);
    blocks.push_back({bigEndian32(block, 0), block[4] / 256.0, bigEndian32(block, 8), bigEndian32(block, 16),
                      bigEndian32(block, 20)});
  }
  return blocks;
}

}  // namespace tessera
