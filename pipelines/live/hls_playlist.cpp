// SPDX-License-Identifier: Apache-2.0
#include "pipelines/live/hls_playlist.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>

namespace tessera {
namespace {

constexpr std::string_view kFirstLine = "#EXTM3U";
constexpr std::string_view kSequence = "#EXT-X-MEDIA-SEQUENCE:";
constexpr std::string_view kDiscontinuities = "#EXT-X-DISCONTINUITY-SEQUENCE:";
constexpr std::string_view kTarget = "#EXT-X-TARGETDURATION:";
constexpr std::string_view kDiscontinuity = "#EXT-X-DISCONTINUITY";
constexpr std::string_view kDate = "#EXT-X-PROGRAM-DATE-TIME:";
constexpr std::string_view kLength = "#EXTINF:";
constexpr std::string_view kEnd = "#EXT-X-ENDLIST";

std::string dateText(std::int64_t unixMs) {
  const std::time_t seconds = unixMs / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, unixMs % 1000);
}

std::optional<std::int64_t> dateOf(const std::string& text) {
  std::tm utc{};
  int ms = 0, used = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
                  &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &ms, &used) != 7 ||
      static_cast<std::size_t>(used) != text.size())
    return std::nullopt;
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  return static_cast<std::int64_t>(timegm(&utc)) * 1000 + ms;
}

template <class Number>
bool readNumber(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

// Reads a line into what it is about; false for one that text() does not write.
class Reader {
 public:
  bool line(std::string_view line) {
    if (line == kEnd) return list.ended = true;
    if (line == kDiscontinuity) return next_.discontinuity = true;
    if (take(line, kSequence)) return readNumber(line, list.next);
    if (take(line, kDiscontinuities)) return readNumber(line, list.discontinuities);
    if (take(line, kTarget)) return readNumber(line, list.targetSeconds);
    if (take(line, kLength))
      return line.ends_with(',') && readNumber(line.substr(0, line.size() - 1), next_.seconds);
    if (take(line, kDate)) return date(std::string(line));
    return line.starts_with('#') || segment(line);
  }
  HlsPlaylist list;

 private:
  static bool take(std::string_view& line, std::string_view tag) {
    if (!line.starts_with(tag)) return false;
    line.remove_prefix(tag.size());
    return true;
  }
  bool date(const std::string& text) {
    const auto ms = dateOf(text);
    next_.unixMs = ms.value_or(0);
    return ms.has_value();
  }
  bool segment(std::string_view file) {
    next_.number = list.next + static_cast<std::int64_t>(list.segments.size());
    const bool right = file == next_.file() && next_.seconds > 0;
    list.segments.push_back(next_);
    next_ = {};
    return right;
  }

  HlsSegment next_;
};

}  // namespace

std::string HlsSegment::file() const {
  return fmt::format("{:08}.ts", number);
}

std::optional<std::int64_t> hlsSegmentNumber(std::string_view file) {
  HlsSegment segment;
  if (!file.ends_with(".ts") || !readNumber(file.substr(0, file.size() - 3), segment.number) ||
      segment.file() != file)
    return std::nullopt;
  return segment.number;
}

void HlsPlaylist::add(const HlsSegment& segment) {
  targetSeconds = std::max(targetSeconds, static_cast<int>(std::lround(segment.seconds)));
  segments.push_back(segment);
}

HlsSegment HlsPlaylist::takeFirst() {
  const HlsSegment first = segments.front();
  segments.pop_front();
  if (first.discontinuity) ++discontinuities;
  return first;
}

std::string HlsPlaylist::text() const {
  std::string out =
      fmt::format("{}\n#EXT-X-VERSION:3\n{}{}\n{}{}\n{}{}\n#EXT-X-INDEPENDENT-SEGMENTS\n", kFirstLine,
                  kTarget, targetSeconds, kSequence, segments.empty() ? next : segments.front().number,
                  kDiscontinuities, discontinuities);
  for (const HlsSegment& segment : segments) {
    if (segment.discontinuity) out += fmt::format("{}\n", kDiscontinuity);
    out += fmt::format("{}{}\n{}{:.3f},\n{}\n", kDate, dateText(segment.unixMs), kLength, segment.seconds,
                       segment.file());
  }
  return ended ? out + fmt::format("{}\n", kEnd) : out;
}

std::optional<HlsPlaylist> parseHlsPlaylist(std::string_view text) {
  if (text.empty()) return std::nullopt;
  Reader reader;
  for (bool first = true; !text.empty(); first = false) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (first ? line != kFirstLine : !reader.line(line)) return std::nullopt;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return reader.list;
}

}  // namespace tessera
