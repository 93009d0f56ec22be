// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "pipelines/live/hls_playlist.h"

namespace tessera {

// The files of a room's HLS: "index.m3u8" and the segments, "00000042.ts". What is there under its name is
// whole: files are written under another and renamed. One thread at a time; may take as long as the disk
// does.
class HlsDirectory {
 public:
  static constexpr std::size_t kListed = 6;  // segments in the playlist
  static constexpr std::size_t kKept =
      8;  // behind it, for those who read an older playlist (RFC 8216, 6.2.2)
  static constexpr std::int64_t kGoesOnWithinMs = 60000;

  // Looks at what is there: numbers go on in any case. The playlist is continued, with a discontinuity, when
  // it has no end and is not older than kGoesOnWithinMs: whoever wrote it died. Otherwise what is there is of
  // another meeting, and is removed: an empty playlist takes its place. Fails when another one works on it
  // (flock), or it is not there.
  [[nodiscard]] static Result<std::unique_ptr<HlsDirectory>> open(std::string path, std::int64_t nowUnixMs);
  ~HlsDirectory();
  HlsDirectory(const HlsDirectory&) = delete;
  HlsDirectory& operator=(const HlsDirectory&) = delete;

  // Writes the segment and the playlist with it. `number` of `segment` is set here. When it fails the segment
  // is lost, and there is a discontinuity before the next one.
  [[nodiscard]] Status add(std::string_view data, HlsSegment segment);
  void end();  // the playlist has its end, and only what is in it stays

 private:
  HlsDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
  void takeOver(std::int64_t nowUnixMs);
  void replaceOld();
  [[nodiscard]] Status write(const std::string& file, std::string_view data) const;
  void remove(std::int64_t number) const;
  void forgetOld(std::size_t kept);

  const std::string path_;
  const int lock_;  // of the directory
  HlsPlaylist playlist_;
  std::deque<std::int64_t> left_;  // the playlist, but not yet removed
  std::int64_t next_ = 0;
  bool discontinuity_ = false;
};

}  // namespace tessera
