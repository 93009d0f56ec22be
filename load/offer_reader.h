// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gst/sdp/sdp.h>

#include <memory>
#include <optional>

#include "base/result.h"
#include "pipelines/gst/ref.h"
#include "room/media_room.h"

namespace tessera::load {

struct SdpDeleter {
  void operator()(GstSDPMessage* sdp) const { gst_sdp_message_free(sdp); }
};
using SdpMessage = std::unique_ptr<GstSDPMessage, SdpDeleter>;

// What an offer holds for us in one m-line.
struct OfferedTrack {
  unsigned mline = 0;
  int payload = 0;
  gst::Ref<GstCaps> caps;           // application/x-rtp, with what the offer says of this payload type
  std::optional<unsigned> twccId;   // header extension transport-wide-cc, if offered
  std::optional<unsigned> levelId;  // that of RFC 6464, likewise
};

struct Offer {
  SdpMessage sdp;
  std::optional<OfferedTrack> audio, video;
};

inline constexpr const char* kTwccUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

inline constexpr const char* kLevelUri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

// Finds Opus and the given video codec in the offer. Fails when it does not parse or has neither.
[[nodiscard]] Result<Offer> readOffer(const std::string& sdp, VideoCodec codec);

}  // namespace tessera::load
