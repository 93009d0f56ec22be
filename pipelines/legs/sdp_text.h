// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <gst/sdp/sdp.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tessera {

struct SdpFree {
  void operator()(GstSDPMessage* message) const { gst_sdp_message_free(message); }
};
using SdpMessage = std::unique_ptr<GstSDPMessage, SdpFree>;

inline constexpr std::size_t kMaxSdpLines = 600;
inline constexpr std::size_t kMaxSdpLineBytes = 2048;
inline constexpr std::size_t kMaxSdpMediaLines = 8;

// Judges the shape of the text before a parser that was not written for enemies sees it: size, number and
// length of lines, "x=" on each, printable ASCII or UTF-8 without control characters, no keys ("k="), at
// most kMaxSdpMediaLines m-lines; then parses it. badSdp else.
[[nodiscard]] Result<SdpMessage> parseSdp(std::string_view text);

std::string sdpText(const GstSDPMessage* message);

// All values of an attribute, in order.
std::vector<std::string> attributes(const GstSDPMedia* media, const char* key);
std::vector<std::string> attributes(const GstSDPMessage* message, const char* key);
bool hasAttribute(const GstSDPMedia* media, const char* key);

}  // namespace tessera
