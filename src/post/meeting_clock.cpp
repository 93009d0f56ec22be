// SPDX-License-Identifier: Apache-2.0
#include "post/meeting_clock.h"

#include <algorithm>

namespace tessera::post {
namespace {

using wire::PartPoint;
using wire::PartPointKind;

constexpr std::int64_t kRoundingMs = 2;  // of two clocks in whole milliseconds

}  // namespace

MeetingClock::MeetingClock(const std::vector<PartTimes>& parts, std::int64_t startedAtMs) {
  for (const PartTimes& part : parts) addPart(part, startedAtMs);
}

// A file may say anything: what would turn time back is left out.
void MeetingClock::Part::tie(std::int64_t unixMs, std::int64_t mediaMs) {
  if (!ties.empty() && (unixMs < ties.back().unixMs || mediaMs < ties.back().mediaMs)) return;
  ties.push_back({unixMs, mediaMs});
}

void MeetingClock::addPart(const PartTimes& times, std::int64_t startedAtMs) {
  std::vector<PartPoint> points = times.points;
  if (points.empty()) {  // its sidecar is lost
    const std::int64_t start =
        parts_.empty() ? startedAtMs : std::max(endUnixMs(), times.endedNearMs - times.lengthMs);
    points.push_back({start, 0, PartPointKind::start});
  }
  if (!parts_.empty() && points.front().unixMs > endUnixMs())
    (pausedSince_ < 0 ? gaps_ : pauses_).push_back({endUnixMs(), points.front().unixMs, times.baseMs});
  pausedSince_ = -1;
  Part part{times.baseMs, {}};
  for (const PartPoint& point : points) {
    if (point.mediaMs > times.lengthMs) break;  // what it speaks of was lost
    part.tie(point.unixMs, times.baseMs + point.mediaMs);
    if (point.event == PartPointKind::pause) pausedSince_ = point.unixMs;
    if (point.event == PartPointKind::resume && pausedSince_ >= 0 && point.unixMs >= pausedSince_) {
      pauses_.push_back({pausedSince_, point.unixMs, times.baseMs + point.mediaMs});
      pausedSince_ = -1;
    }
  }
  if (part.ties.empty())  // what they speak of was lost, all of it
    part.tie(std::max<std::int64_t>(0, points.front().unixMs - points.front().mediaMs), times.baseMs);
  const Tie last = part.ties.back();
  const std::int64_t rest = times.baseMs + times.lengthMs - last.mediaMs;
  if (rest > kRoundingMs && pausedSince_ < 0) part.tie(last.unixMs + rest, last.mediaMs + rest);
  parts_.push_back(std::move(part));
}

std::int64_t MeetingClock::Part::mediaAt(std::int64_t unixMs) const {
  const auto after = std::upper_bound(ties.begin(), ties.end(), unixMs,
                                      [](std::int64_t at, const Tie& each) { return at < each.unixMs; });
  if (after == ties.begin()) return baseMs;
  const Tie& before = *(after - 1);
  if (after == ties.end()) return before.mediaMs;
  // At real speed, but where time stands still (a pause, a gap) no further than the next tie.
  return std::min(before.mediaMs + (unixMs - before.unixMs), after->mediaMs);
}

std::int64_t MeetingClock::mediaAt(std::int64_t unixMs) const {
  const Part* ended = nullptr;  // the one that ended last before
  const Part* first = nullptr;  // the one that began first
  for (auto part = parts_.rbegin(); part != parts_.rend(); ++part) {
    const std::int64_t from = part->ties.front().unixMs, to = part->ties.back().unixMs;
    if (from <= unixMs && unixMs <= to) return part->mediaAt(unixMs);
    if (to < unixMs && (!ended || to > ended->ties.back().unixMs)) ended = &*part;
    if (!first || from < first->ties.front().unixMs) first = &*part;
  }
  if (ended) return ended->ties.back().mediaMs;
  return first ? first->baseMs : 0;
}

}  // namespace tessera::post
