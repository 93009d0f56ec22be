// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

// H.264 as files hold it (ISO/IEC 14496-15): NAL units behind their lengths, parameter sets in an "avcC".

namespace tessera::post {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

struct AvcConfig {
  std::uint8_t profile = 0, compatibility = 0, level = 0;
  int lengthBytes = 4;  // before each NAL unit
  std::vector<Bytes> sps, pps;
  bool operator==(const AvcConfig&) const = default;
};

std::optional<AvcConfig> parseAvcConfig(ByteSpan avcc);
Bytes encodeAvcConfig(const AvcConfig& config);

// The parameter sets of a byte stream (start codes), as encoders give them.
std::optional<AvcConfig> avcConfigOfByteStream(ByteSpan stream);
// seq_parameter_set_id; what is no such NAL unit: nothing.
std::optional<unsigned> spsId(ByteSpan sps);
// `base` which can also decode what `other` is for; their ids differ.
AvcConfig withSetsOf(AvcConfig base, const AvcConfig& other);

// A byte stream's NAL units behind lengths of four bytes.
Bytes lengthPrefixed(ByteSpan stream);

enum class AvcPacket { broken, other, keyframe };
// Whether the lengths add up and the units are of kinds that exist; a keyframe has an IDR slice.
AvcPacket checkAvcPacket(ByteSpan packet, int lengthBytes);

}  // namespace tessera::post
