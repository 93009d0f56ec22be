// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "room/media_room.h"

namespace tessera {

// Fixed payload types of our offers: one codec a line, so that clients only ever answer.
inline constexpr int kOpusPayload = 111;
inline constexpr int kVp8Payload = 96;
inline constexpr int kH264Payload = 102;
inline constexpr int kTransportCcId = 3;  // RTP header extension id
inline constexpr const char* kTransportCcUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

// One SDP line's caps for webrtcbin, as text: codec preferences with the SSRC that we send with.
std::string audioPreferences(std::uint32_t ssrc);
std::string videoPreferences(VideoCodec codec, std::uint32_t ssrc);

// The caps of what LegOutput takes.
std::string encodedVideoCaps(VideoCodec codec);
std::string encodedAudioCaps();

}  // namespace tessera
