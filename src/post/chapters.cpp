// SPDX-License-Identifier: Apache-2.0
#include "post/chapters.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace tessera::post {
namespace {

using wire::FinishedChapter;
using wire::TimelineEvent;
using wire::TimelineKind;

constexpr std::int64_t kSameMomentMs = 500;
constexpr std::int64_t kNoticedGapMs = 500;  // shorter ones are a change of the picture's size, say
constexpr std::int64_t kNoticedWithinMs = 2000;
constexpr std::int64_t kLastMs = 100;      // nothing begins this near to the end
constexpr std::size_t kMaxChapters = 255;  // that MP4's list has room for
constexpr std::size_t kMaxTitleBytes = 256;

void addScreens(const MeetingClock& clock, const std::vector<TimelineEvent>& timeline,
                std::vector<FinishedChapter>& to) {
  std::map<ParticipantId, std::string> names;
  for (const TimelineEvent& event : timeline) {
    if (event.event == TimelineKind::joined) names[event.id] = event.name;
    if (event.event == TimelineKind::screen && event.on) {
      const std::string& name = names[event.id];
      to.push_back({clock.mediaAt(event.atMs), (name.empty() ? "Somebody" : name) + " shares a screen"});
    }
    if (event.event == TimelineKind::chapter) to.push_back({clock.mediaAt(event.atMs), event.title});
  }
}

// Whether the server noticed that the room died then; what the room wrote last may have been lost.
bool isToldOf(const Interval& gap, const std::vector<TimelineEvent>& timeline) {
  return std::any_of(timeline.begin(), timeline.end(), [&](const TimelineEvent& event) {
    return event.event == TimelineKind::gap && event.atMs >= gap.fromUnixMs - kNoticedWithinMs &&
           event.atMs <= gap.toUnixMs + kNoticedWithinMs;
  });
}

// Cuts at a character's boundary.
std::string cut(std::string text) {
  if (text.size() <= kMaxTitleBytes) return text;
  std::size_t end = kMaxTitleBytes;
  while (end > 0 && (text[end] & 0xc0) == 0x80) --end;
  text.resize(end);
  return text;
}

}  // namespace

std::string lengthInWords(std::int64_t ms) {
  const std::int64_t seconds = (ms + 500) / 1000;
  const std::int64_t minutes = (seconds + 30) / 60;
  if (seconds < 90) return fmt::format("{} s", std::max<std::int64_t>(seconds, 1));
  if (minutes < 90) return fmt::format("{} min", minutes);
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::vector<FinishedChapter> makeChapters(const MeetingClock& clock,
                                          const std::vector<TimelineEvent>& timeline,
                                          std::int64_t durationMs) {
  std::vector<FinishedChapter> all{{0, "Start"}};
  for (const Interval& pause : clock.pauses())
    all.push_back({pause.mediaMs, "Paused for " + lengthInWords(pause.toUnixMs - pause.fromUnixMs)});
  for (const Interval& gap : clock.gaps())
    if (gap.toUnixMs - gap.fromUnixMs >= kNoticedGapMs || isToldOf(gap, timeline))
      all.push_back({gap.mediaMs, "Interrupted for " + lengthInWords(gap.toUnixMs - gap.fromUnixMs)});
  addScreens(clock, timeline, all);
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.mediaMs < b.mediaMs; });

  std::vector<FinishedChapter> out;
  for (FinishedChapter& each : all) {
    if (each.mediaMs > 0 && each.mediaMs > durationMs - kLastMs) break;
    if (!out.empty() && each.mediaMs - out.back().mediaMs < kSameMomentMs)
      out.back().title = cut(out.back().title + ", " + each.title);
    else if (out.size() < kMaxChapters)
      out.push_back({each.mediaMs, cut(std::move(each.title))});
  }
  return out;
}

}  // namespace tessera::post
