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
void MeetingClock::tie(std::int64_t unixMs, std::int64_t mediaMs) {
  if (!ties_.empty() && (unixMs < ties_.back().unixMs || mediaMs < ties_.back().mediaMs)) return;
  ties_.push_back({unixMs, mediaMs});
}

void MeetingClock::addPart(const PartTimes& part, std::int64_t startedAtMs) {
  std::vector<PartPoint> points = part.points;
  if (points.empty()) {  // its sidecar is lost
    const std::int64_t start =
        ties_.empty() ? startedAtMs : std::max(endUnixMs(), part.endedNearMs - part.lengthMs);
    points.push_back({start, 0, PartPointKind::start});
  }
  if (!ties_.empty() && points.front().unixMs > endUnixMs())
    (pausedSince_ < 0 ? gaps_ : pauses_).push_back({endUnixMs(), points.front().unixMs, part.baseMs});
  pausedSince_ = -1;
  for (const PartPoint& point : points) {
    if (point.mediaMs > part.lengthMs) break;  // what it speaks of was lost
    tie(point.unixMs, part.baseMs + point.mediaMs);
    if (point.event == PartPointKind::pause) pausedSince_ = point.unixMs;
    if (point.event == PartPointKind::resume && pausedSince_ >= 0 && point.unixMs >= pausedSince_) {
      pauses_.push_back({pausedSince_, point.unixMs, part.baseMs + point.mediaMs});
      pausedSince_ = -1;
    }
  }
  if (ties_.empty())  // what they speak of was lost, all of it
    tie(std::max<std::int64_t>(0, points.front().unixMs - points.front().mediaMs), part.baseMs);
  const std::int64_t rest = part.baseMs + part.lengthMs - ties_.back().mediaMs;
  if (rest > kRoundingMs && pausedSince_ < 0) tie(ties_.back().unixMs + rest, ties_.back().mediaMs + rest);
}

std::int64_t MeetingClock::mediaAt(std::int64_t unixMs) const {
  const auto after = std::upper_bound(ties_.begin(), ties_.end(), unixMs,
                                      [](std::int64_t at, const Tie& each) { return at < each.unixMs; });
  if (after == ties_.begin()) return 0;
  const Tie& before = *(after - 1);
  if (after == ties_.end()) return before.mediaMs;
  // At real speed, but where time stands still (a pause, a gap) no further than the next tie.
  return std::min(before.mediaMs + (unixMs - before.unixMs), after->mediaMs);
}

}  // namespace tessera::post
