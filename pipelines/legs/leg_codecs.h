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
// Says how a picture's values mean colours, which VP8 itself cannot: browsers send full range for a canvas or
// a screen, and take a stream that does not say for BT.601.
inline constexpr int kColourSpaceId = 4;
inline constexpr const char* kColourSpaceUri = "http://www.webrtc.org/experiments/rtp-hdrext/color-space";

// How loud a packet's sound is, so that silence need not be decoded (RFC 6464).
inline constexpr int kAudioLevelId = 5;
inline constexpr const char* kAudioLevelUri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

// One SDP line's caps for webrtcbin, as text: codec preferences.
std::string audioPreferences(int channels);
std::string videoPreferences(VideoCodec codec);
// With the SSRC that we send with.
std::string withSsrc(const std::string& preferences, std::uint32_t ssrc);

// The caps of what LegOutput takes.
std::string encodedVideoCaps(VideoCodec codec);
std::string encodedAudioCaps(int channels);

}  // namespace tessera
