// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/playout_ring.h"

#include <algorithm>
#include <cmath>

namespace tessera::mix {
namespace {

constexpr int kFade = kSampleRate / 200;         // 5 ms
constexpr double kJitter = kSampleRate / 100.0;  // capture times may be off by 10 ms within a stream
constexpr double kFollow = 1.0 / 16;             // of the error per write: the sender's clock drifts slowly
constexpr int kErrorBegin = kSampleRate / 2000;  // 0.5 ms: resampling begins,
constexpr int kErrorEnd = kSampleRate / 8000;    // and ends below 0.125 ms
constexpr int kErrorQuiet = kSampleRate / 500;   // 2 ms: corrected at once when nobody speaks
constexpr int kErrorJump = kSampleRate / 10;     // 100 ms: corrected at once
constexpr int kErrorPerSample = 48;              // of the error, per sample of stretching
constexpr int kPause = kSampleRate / 10;         // a longer gap is a sender's pause, not a loss
constexpr int kLateWrites = 25;                  // in a row: this sender needs more delay than D,
constexpr int kCatchUp = kSampleRate / 20;       // unless it gets 50 ms less late meanwhile
constexpr int kRecoverTicks = 250;               // 5 s

std::int16_t scaled(std::int16_t sample, int part, int whole) {
  return static_cast<std::int16_t>(sample * part / whole);
}

// Catmull-Rom from `count` samples to a block; `from` has one sample before and two after them.
template <int kChannels>
void resample(const std::int16_t* from, int count, std::int16_t* to) {
  const float step = static_cast<float>(count) / kTickSamples;
  for (int i = 0; i < kTickSamples; ++i) {
    const float position = static_cast<float>(i) * step;
    const int whole = static_cast<int>(position);
    const float t = position - static_cast<float>(whole);
    for (int channel = 0; channel < kChannels; ++channel) {
      const std::int16_t* p = from + whole * kChannels + channel;
      const float a = p[-kChannels], b = p[0], c = p[kChannels], d = p[2 * kChannels];
      const float value =
          b + 0.5F * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
      to[i * kChannels + channel] =
          static_cast<std::int16_t>(std::lrintf(std::clamp(value, -32768.0F, 32767.0F)));
    }
  }
}

}  // namespace

PlayoutRing::PlayoutRing(int channels)
    : channels_(channels), ring_(static_cast<std::size_t>(kRing * channels)) {}

std::int16_t* PlayoutRing::at(Index index) {
  return ring_.data() + (index & kMask) * channels_;
}
const std::int16_t* PlayoutRing::at(Index index) const {
  return ring_.data() + (index & kMask) * channels_;
}

double PlayoutRing::capturePosition(Nanos time) const {
  return static_cast<double>((time - origin_).count()) * (kSampleRate / 1e9);
}

void PlayoutRing::write(std::span<const std::int16_t> samples, Nanos captured, Nanos arrived) {
  if (samples.empty()) return;
  captured = captured > Nanos{0} ? PlayoutDelay::plausible(captured, arrived) : arrived;
  const std::lock_guard lock(mutex_);
  if (!started_) {
    started_ = true;
    origin_ = captured;
    fadeIn_ = kFade;
  }
  const Index end = written_;
  follow(capturePosition(captured) - (static_cast<double>(written_) + shift_));
  countMissing(written_ - end);
  const std::int16_t* from = samples.data();
  auto count = static_cast<Index>(samples.size()) / channels_;
  if (count > kMaxBuffered) {
    const Index excess = count - kMaxBuffered;
    counters_.skipped += static_cast<std::uint64_t>(excess);
    written_ += excess;
    from += excess * channels_;
    count = kMaxBuffered;
  }
  const Index begin = written_;
  append(from, count);
  noteLateness(begin);
}

// `error`: how many samples later these were captured than the ones before them end.
void PlayoutRing::follow(double error) {
  if (error > kJitter) {
    fillGap(std::llround(error));
  } else if (error < -kJitter) {
    shift_ += error;  // the sender's timeline was set back, or it sends more than time passes
  } else {
    shift_ += error * kFollow;
  }
}

// Silence that starts with the last sample dying away.
void PlayoutRing::fillGap(Index count) {
  const Index filled = std::min(count, kRing);
  for (Index i = 0; i < filled; ++i) {
    const int left = i < kFade ? kFade - static_cast<int>(i) : 0;
    std::int16_t* const to = at(written_ + i);
    for (int c = 0; c < channels_; ++c)
      to[c] = scaled(lastWritten_[static_cast<std::size_t>(c)], left, kFade);
  }
  written_ += count;
  lastWritten_ = {};
  fadeIn_ = kFade;
}

void PlayoutRing::append(const std::int16_t* samples, Index count) {
  const Index first = std::min(count, kRing - (written_ & kMask));
  std::copy_n(samples, first * channels_, at(written_));
  std::copy_n(samples + first * channels_, (count - first) * channels_, ring_.data());
  for (Index i = 0; i < count && fadeIn_ > 0; ++i, --fadeIn_) {
    std::int16_t* const frame = at(written_ + i);
    for (int c = 0; c < channels_; ++c) frame[c] = scaled(frame[c], kFade - fadeIn_, kFade);
  }
  written_ += count;
  std::copy_n(at(written_ - 1), channels_, lastWritten_.data());
}

// Nothing was captured for `gap` samples, and dry_ were played as silence: both were missing, unless the
// sender paused.
void PlayoutRing::countMissing(Index gap) {
  if (gap <= kPause) counters_.missing += static_cast<std::uint64_t>(std::max(gap, dry_));
  dry_ = 0;
}

// A sender that is later than the largest D all the time gets further delay rather than silence. What comes
// in a burst after a stall is late as well, but ever less so: that is over soon, and no reason.
void PlayoutRing::noteLateness(Index begin) {
  if (!reading_ || begin >= read_) {
    lateInARow_ = 0;
    return;
  }
  counters_.late += static_cast<std::uint64_t>(std::min(read_, written_) - begin);
  if (written_ > read_) {
    lateInARow_ = 0;
    return;
  }
  const Index late = read_ - written_;
  if (lateInARow_ == 0 || late < lateBy_ - kCatchUp) {
    lateInARow_ = 0;
    lateBy_ = late;
  }
  if (++lateInARow_ < kLateWrites) return;
  extra_ += late + 2 * kTickSamples;
  lateInARow_ = 0;
}

bool PlayoutRing::read(Nanos end, bool quiet, AudioBlock& out) {
  const std::lock_guard lock(mutex_);
  if (!started_) {
    std::ranges::fill(out, std::int16_t{0});
    return false;
  }
  Index target = static_cast<Index>(std::floor(capturePosition(end) - shift_)) - extra_ - kTickSamples;
  boundBacklog(target);
  if (!reading_) {
    reading_ = true;
    read_ = target;
  }
  if (isDry()) {
    std::ranges::fill(out, std::int16_t{0});
    dry_ += kTickSamples;
    read_ = std::max(written_, target + kTickSamples);
    return false;
  }
  const int pause = pauseOrSkip(target, quiet);
  const int consume = kTickSamples - pause + (pause == 0 ? stretch(target - read_) : 0);
  const bool sound = play(target, pause, consume, out);
  recoverExtra();
  return sound;
}

// Nothing to play, and the last sound has died away.
bool PlayoutRing::isDry() const {
  return written_ <= read_ && lastPlayed_ == Frame{};
}

// More than kMaxBuffered waiting: it is played earlier than its capture times say, and a sender that got
// further delay needs less of it now. The timeline stays, or the next write would seem to come after a gap.
void PlayoutRing::boundBacklog(Index& target) {
  const Index excess = written_ - target - kMaxBuffered;
  if (excess <= 0) return;
  target += excess;
  extra_ -= std::min(excess, extra_);
}

// Positive: samples of silence to play first. May move the play position forward.
int PlayoutRing::pauseOrSkip(Index target, bool quiet) {
  const Index error = target - read_;
  if (std::abs(error) <= (quiet ? kErrorQuiet : kErrorJump)) return 0;
  correcting_ = false;
  if (error < 0) return static_cast<int>(std::min<Index>(-error, kTickSamples));
  const Index unplayed = std::clamp<Index>(written_ - read_, 0, error);
  counters_.skipped += static_cast<std::uint64_t>(unplayed);
  read_ = target;
  faded_ = true;
  return 0;
}

// How many samples more (or less) than a block to play in this block.
int PlayoutRing::stretch(Index error) {
  const Index size = std::abs(error);
  if (size > kErrorBegin) correcting_ = true;
  if (size < kErrorEnd) correcting_ = false;
  if (!correcting_) return 0;
  const int step = std::clamp(static_cast<int>(size) / kErrorPerSample, 1, kMaxStretch);
  return error > 0 ? step : -step;
}

void PlayoutRing::fetch(Index from, int count, std::int16_t* to) const {
  const Index first = std::min<Index>(count, kRing - (from & kMask));
  std::copy_n(at(from), first * channels_, to);
  std::copy_n(ring_.data(), (count - first) * channels_, to + first * channels_);
}

// What is played ends here: the last sample dies away, then silence.
void PlayoutRing::fadeTail(std::int16_t* to, int count) {
  const int fade = std::min(count, kFade);
  for (int i = 0; i < fade; ++i) {
    for (const std::int16_t last : std::span(lastPlayed_).first(static_cast<std::size_t>(channels_)))
      *to++ = scaled(last, kFade - i, kFade);
  }
  std::fill_n(to, (count - fade) * channels_, std::int16_t{0});
  faded_ = true;
}

void PlayoutRing::fadeHead(std::int16_t* to, int count) {
  if (!faded_ || count == 0) return;
  const int fade = std::min(count, kFade);
  for (int i = 0; i < fade; ++i) {
    for (const std::int16_t last : std::span(lastPlayed_).first(static_cast<std::size_t>(channels_))) {
      *to = static_cast<std::int16_t>((*to * i + last * (kFade - i)) / kFade);
      ++to;
    }
  }
  faded_ = false;
}

// The interpolation looks at up to two samples that may not be there yet: the last one stands in for them.
void PlayoutRing::fetchResampled(int count, std::int16_t* to) const {
  constexpr int kMost = kLead + kTickSamples + kMaxStretch + kTail;
  std::array<std::int16_t, static_cast<std::size_t>(kMost) * kMaxChannels> source;
  const int all = kLead + count + kTail;
  fetch(read_ - kLead, all, source.data());
  const auto beyond = static_cast<int>(std::max<Index>(read_ + count + kTail - written_, 0));
  for (std::int16_t* p = source.data() + (all - beyond) * channels_; p < source.data() + all * channels_; ++p)
    *p = p[-channels_];
  if (channels_ == 1) {
    resample<1>(source.data() + kLead, count, to);
  } else {
    resample<2>(source.data() + 2 * kLead, count, to);
  }
}

bool PlayoutRing::play(Index target, int pause, int consume, AudioBlock& out) {
  const Frame before = lastPlayed_;
  if (pause > 0) {
    fadeTail(out.data(), pause);
    lastPlayed_ = {};
  }
  std::int16_t* const to = out.data() + pause * channels_;
  const int wanted = kTickSamples - pause;
  const auto there = static_cast<int>(std::clamp<Index>(written_ - read_, 0, consume));
  const bool complete = there == consume;
  const int played = complete ? wanted : std::min(there, wanted);
  if (complete && consume != wanted) {
    fetchResampled(consume, to);
  } else {
    fetch(read_, played, to);
  }
  fadeHead(to, played);
  if (played > 0) std::copy_n(to + (played - 1) * channels_, channels_, lastPlayed_.data());
  if (complete) {
    read_ += consume;
  } else {
    dry_ += wanted - played;
    fadeTail(to + played * channels_, wanted - played);
    lastPlayed_ = {};
    read_ = std::max(written_, target + kTickSamples);
  }
  return played > 0 || before != Frame{};
}

void PlayoutRing::recoverExtra() {
  if (extra_ == 0) return;
  leastAhead_ = std::min(leastAhead_, written_ - read_);
  if (++ticksWatched_ < kRecoverTicks) return;
  extra_ -= std::clamp<Index>(leastAhead_ - 2 * kTickSamples, 0, extra_);
  ticksWatched_ = 0;
  leastAhead_ = kRing;
}

PlayoutRing::Counters PlayoutRing::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace tessera::mix
