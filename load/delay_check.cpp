// SPDX-License-Identifier: Apache-2.0
#include "load/delay_check.h"

#include <algorithm>

#include "load/report.h"

namespace tessera::load {
namespace {

// Codes come again after kTimeCodes frames, 4 s at 60 fps: what is older was another frame.
constexpr Milliseconds kLongestDelay{3000};

}  // namespace

void DelayCheck::setSources(std::vector<Source> sources, int canvasWidth) {
  canvasWidth_ = canvasWidth;
  const auto same = [](const Watched& watched, const Source& source) {
    return watched.source.log == source.log && watched.source.place == source.place;
  };
  if (std::equal(watched_.begin(), watched_.end(), sources.begin(), sources.end(), same)) return;
  watched_.clear();
  for (Source& source : sources) watched_.push_back({std::move(source), std::nullopt, {}});
}

void DelayCheck::onFrame(const LumaPlane& luma, TimePoint lastPacket, TimePoint now) {
  if (windowStart_ == TimePoint{}) return;
  decodeMs_.push_back(Milliseconds(now - lastPacket).count());
  for (Watched& watched : watched_) read(watched, luma, lastPacket);
}

void DelayCheck::read(Watched& watched, const LumaPlane& luma, TimePoint lastPacket) {
  const double scale = canvasWidth_ > 0 ? static_cast<double>(luma.width) / canvasWidth_ : 1;
  const Placement& place = watched.source.place;
  const auto number =
      readTimeCode(luma, {place.x * scale, place.y * scale, place.width * scale, place.height * scale});
  if (!number) {
    ++unread_;
    return;
  }
  const bool first = !watched.last;
  if (watched.last == number) return;
  watched.last = number;
  if (first) return;  // it may have stood there for long
  const auto sent = watched.source.log->when(*number, lastPacket, kLongestDelay);
  if (!sent) {
    ++unread_;
    return;
  }
  const double delay = Milliseconds(lastPacket - *sent).count();
  watched.delays.push_back(delay);
  series_.push_back({Milliseconds(lastPacket - windowStart_), delay});
}

void DelayCheck::beginWindow(TimePoint now) {
  windowStart_ = now;
  unread_ = 0;
  series_.clear();
  decodeMs_.clear();
  for (Watched& watched : watched_) watched.delays.clear();
}

DelayFigures DelayCheck::figures() const {
  DelayFigures result;
  result.series = series_;
  result.unread = unread_;
  result.decodeMs = spreadOf(decodeMs_).median;
  for (const Watched& watched : watched_) {
    if (watched.delays.empty()) continue;
    const Spread spread = spreadOf(watched.delays);
    ++result.senders;
    result.worstMedianMs = std::max(result.worstMedianMs, spread.median);
    result.worstP95Ms = std::max(result.worstP95Ms, spread.p95);
  }
  return result;
}

}  // namespace tessera::load
