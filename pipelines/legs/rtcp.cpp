// SPDX-License-Identifier: Apache-2.0
#include "pipelines/legs/rtcp.h"

#include <algorithm>

#include "pipelines/legs/big_endian.h"

namespace tessera {
namespace {

constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kFeedbackHeaderBytes = 12;  // and the SSRCs of sender and medium
constexpr std::size_t kReporterBytes = 8;         // header and SSRC
constexpr std::size_t kSenderInfoBytes = 20;
constexpr std::size_t kBlockBytes = 24;
constexpr int kVersion = 2;

}  // namespace

std::uint32_t RtcpPacket::sender() const {
  return bytes.size() >= kReporterBytes ? bigEndian32(bytes, 4) : 0;
}

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

std::vector<std::uint8_t> asReceiverReport(const RtcpPacket& report) {
  const auto bytes = report.bytes;
  std::vector<std::uint8_t> result(
      bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(kReporterBytes, bytes.size())));
  const auto blocks = bytes.subspan(std::min(kReporterBytes + kSenderInfoBytes, bytes.size()));
  result.insert(result.end(), blocks.begin(), blocks.end());
  const std::size_t words = result.size() / 4 - 1;
  result[1] = RtcpPacket::kReceiverReport;
  result[2] = static_cast<std::uint8_t>(words >> 8);
  result[3] = static_cast<std::uint8_t>(words);
  return result;
}

std::vector<ReportBlock> reportBlocks(const RtcpPacket& packet) {
  std::size_t at = 0;
  if (packet.type == RtcpPacket::kSenderReport) at = kReporterBytes + kSenderInfoBytes;
  if (packet.type == RtcpPacket::kReceiverReport) at = kReporterBytes;
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
