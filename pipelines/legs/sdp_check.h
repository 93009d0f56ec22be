// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipelines/legs/fingerprint.h"
#include "pipelines/legs/ice_candidate.h"
#include "pipelines/legs/sdp_text.h"

namespace tessera {

// What an answer is measured against: our own offer.
struct OfferShape {
  struct Format {
    int payload = 0;
    std::string rtpmap;  // "VP8/90000"
  };
  struct Line {
    std::string kind;  // audio, video
    std::string mid;
    std::string proto;
    std::vector<Format> formats;       // the first is the codec, the others are its retransmission
    std::vector<std::string> extmaps;  // "3 http://…"
    bool receiveOnly = false;          // we send nothing: a shared screen
  };
  std::vector<Line> lines;

  static OfferShape of(const GstSDPMessage* offer);
};

// An answer that webrtcbin may see: only attributes that we know, transport attributes on every m-line,
// candidates taken out.
struct CheckedAnswer {
  struct Line {
    bool weReceive = false;  // they send
    bool weSend = false;     // they receive
  };
  SdpMessage message;
  Sha256 fingerprint{};  // of their certificate
  std::vector<Line> lines;
  std::vector<std::string> candidates;  // acceptable ones that stood in the text
};

// Refuses (badSdp, saying what) an answer that does not fit the offer in number, order, kind, mid, protocol,
// payload types and direction of its m-lines, that is not one BUNDLE of all of them, or whose transport
// attributes (RFC 8839, 8842, 8122, 5761) are missing, malformed or differ between m-lines. webrtcbin 1.22
// aborts on several of these.
[[nodiscard]] Result<CheckedAnswer> checkAnswer(std::string_view text, const OfferShape& offer,
                                                const CandidatePolicy& policy);

}  // namespace tessera
