// SPDX-License-Identifier: Apache-2.0
#include "room/load_governor.h"

#include <algorithm>
#include <cstddef>

namespace tessera {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A single hiccup, which is in two windows at most, is not overload: losses in three of four are.
constexpr milliseconds kWindow{500};
constexpr std::size_t kWindows = 4;
constexpr std::ptrdiff_t kLossyWindows = 3;
constexpr milliseconds kSettling{1000};  // after a change: new encoders and caches start
// Of the canvas ticks, in percent, that were skipped or not encoded.
constexpr std::uint64_t kBadVideo = 15, kGoodVideo = 3;
// Audio ticks, 20 ms each, of a window that were missed: each is heard.
constexpr std::uint64_t kBadAudio = 2;

constexpr seconds kMaxPatience{320};
constexpr seconds kTooEarly{60};  // a recovery that did not last so long was too early
constexpr seconds kBadCosts{2};   // of calm

}  // namespace

bool LoadGovernor::Window::good() const {
  return gaps == 0 && lost * 100 <= due * kGoodVideo;
}

bool LoadGovernor::Window::bad() const {
  return gaps >= kBadAudio || (lost > 0 && lost * 100 >= due * kBadVideo);
}

Degradation LoadGovernor::update(const Sample& sample, Clock::time_point now) {
  const bool settled = windowBegin_ && now - changed_ >= kSettling;
  if (settled && now - windowBegan_ < kWindow) return level_;
  const Sample from = windowBegin_.value_or(sample);
  const std::uint64_t missed = sample.missedVideoTicks - from.missedVideoTicks;
  const Window window{.due = sample.videoTicks - from.videoTicks + missed,
                      .lost = missed + sample.droppedFrames - from.droppedFrames,
                      .gaps = sample.missedAudioTicks - from.missedAudioTicks};
  if (settled) conclude(window, now);
  windowBegin_ = sample;
  windowBegan_ = now;
  return level_;
}

void LoadGovernor::conclude(const Window& window, Clock::time_point now) {
  windows_.push_back(window);
  if (windows_.size() > kWindows) windows_.pop_front();
  if (window.bad()) calm_ = std::max<Clock::duration>(calm_ - kBadCosts, Clock::duration::zero());
  if (window.good()) calm_ += now - windowBegan_;
  if (overloaded()) {
    degrade(now);
  } else if (calm_ >= patience_) {
    recover(now);
  }
}

bool LoadGovernor::overloaded() const {
  Window all;
  for (const Window& window : windows_) {
    all.due += window.due;
    all.lost += window.lost;
    all.gaps += window.gaps;
  }
  const bool lossy =
      all.gaps >= kLossyWindows * kBadAudio || (all.lost > 0 && all.lost * 100 >= all.due * kBadVideo);
  return lossy && std::ranges::count_if(windows_, [](const Window& w) { return !w.good(); }) >= kLossyWindows;
}

void LoadGovernor::degrade(Clock::time_point now) {
  if (level_ == Degradation::closed) return;
  if (recovered_ && now - changed_ < kTooEarly) {
    patience_ = std::min<Clock::duration>(patience_ * 2, kMaxPatience);
  }
  level_ = static_cast<Degradation>(static_cast<int>(level_) + 1);
  recovered_ = false;
  changed_ = now;
  windows_.clear();
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
  windows_.clear();
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
