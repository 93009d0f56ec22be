// SPDX-License-Identifier: Apache-2.0
#include "room/load_governor.h"

#include <algorithm>
#include <bit>

namespace tessera {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kWindow{500};
// A single hiccup, which is at most two windows, is not overload: three bad windows of four are.
constexpr unsigned kLastWindows = 0xF;
constexpr int kBadWindows = 3;
constexpr milliseconds kSettling{1000};  // after a change: new encoders and caches start
// Of the canvas ticks, in percent, that were skipped or not encoded.
constexpr std::uint64_t kBadVideo = 15, kGoodVideo = 3;
// Of the audio ticks, 20 ms each, in a window: each is heard.
constexpr std::uint64_t kBadAudio = 2;

constexpr seconds kMaxPatience{320};
constexpr seconds kTooEarly{60};  // a recovery that did not last so long was too early
constexpr seconds kBadCosts{2};   // of calm

}  // namespace

LoadGovernor::Verdict LoadGovernor::judge(const Sample& from, const Sample& to) {
  const std::uint64_t lost =
      to.missedVideoTicks - from.missedVideoTicks + to.droppedFrames - from.droppedFrames;
  const std::uint64_t due = to.videoTicks - from.videoTicks + to.missedVideoTicks - from.missedVideoTicks;
  const std::uint64_t gaps = to.missedAudioTicks - from.missedAudioTicks;
  if (gaps >= kBadAudio || (lost > 0 && lost * 100 >= due * kBadVideo)) return Verdict::bad;
  return gaps == 0 && lost * 100 <= due * kGoodVideo ? Verdict::good : Verdict::tolerable;
}

Degradation LoadGovernor::update(const Sample& sample, Clock::time_point now) {
  if (!windowBegin_ || now - changed_ < kSettling) {
    windowBegin_ = sample;
    windowBegan_ = now;
  } else if (now - windowBegan_ >= kWindow) {
    conclude(judge(*windowBegin_, sample), now);
    windowBegin_ = sample;
    windowBegan_ = now;
  }
  return level_;
}

void LoadGovernor::conclude(Verdict verdict, Clock::time_point now) {
  const bool bad = verdict == Verdict::bad;
  badWindows_ = (badWindows_ << 1U | (bad ? 1U : 0U)) & kLastWindows;
  if (bad) calm_ = std::max<Clock::duration>(calm_ - kBadCosts, Clock::duration::zero());
  if (verdict == Verdict::good) calm_ += now - windowBegan_;
  if (std::popcount(badWindows_) >= kBadWindows) {
    degrade(now);
  } else if (calm_ >= patience_) {
    recover(now);
  }
}

void LoadGovernor::degrade(Clock::time_point now) {
  if (level_ == Degradation::closed) return;
  if (recovered_ && now - changed_ < kTooEarly) {
    patience_ = std::min<Clock::duration>(patience_ * 2, kMaxPatience);
  }
  level_ = static_cast<Degradation>(static_cast<int>(level_) + 1);
  recovered_ = false;
  changed_ = now;
  badWindows_ = 0;
  calm_ = Clock::duration::zero();
}

void LoadGovernor::recover(Clock::time_point now) {
  calm_ = Clock::duration::zero();
  if (level_ == Degradation::none) {
    patience_ = std::max<Clock::duration>(patience_ / 2, kFirstPatience);
    return;
  }
  level_ = static_cast<Degradation>(static_cast<int>(level_) - 1);
  recovered_ = true;
  changed_ = now;
  badWindows_ = 0;
}

CanvasSettings degraded(const CanvasSettings& canvas, Degradation level) {
  CanvasSettings result = canvas;
  if (level >= Degradation::rate) result.fps = std::max(canvas.fps / 2, 1);
  if (level >= Degradation::size) {
    result.width = std::max(canvas.width * 2 / 3 & ~1, 2);
    result.height = std::max(canvas.height * 2 / 3 & ~1, 2);
  }
  return result;
}

}  // namespace tessera
