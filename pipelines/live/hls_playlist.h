// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace tessera {

struct HlsSegment {
  std::int64_t number = 0;  // media sequence
  double seconds = 0;
  std::int64_t unixMs = 0;     // of its first picture
  bool discontinuity = false;  // before it

  std::string file() const;  // "00000042.ts"
};
std::optional<std::int64_t> hlsSegmentNumber(std::string_view file);

// A media playlist (RFC 8216) of segments that each begin with a keyframe.
struct HlsPlaylist {
  std::int64_t discontinuities = 0;  // before the first segment
  int targetSeconds = 2;             // never less than before
  std::deque<HlsSegment> segments;   // numbered without a gap
  std::int64_t next = 0;             // the number of the first one, when there is none yet
  bool ended = false;

  void add(const HlsSegment& segment);
  HlsSegment takeFirst();
  std::string text() const;
};
// Of what text() gives; nothing when it is something else.
std::optional<HlsPlaylist> parseHlsPlaylist(std::string_view text);

}  // namespace tessera
