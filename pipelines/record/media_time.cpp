// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/media_time.h"

#include <algorithm>
#include <cstdlib>

namespace tessera {
namespace {

constexpr Nanos kSecond = std::chrono::seconds(1);

// In whole seconds and the rest, since nanoseconds times 48000 overflow after two days.
std::int64_t floorSamples(Nanos time) {
  auto [seconds, rest] = std::div(time.count(), static_cast<long>(kSecond.count()));
  if (rest < 0) {
    rest += kSecond.count();
    --seconds;
  }
  return seconds * mix::kSampleRate + rest * mix::kSampleRate / kSecond.count();
}

}  // namespace

Nanos timeOfSamples(std::int64_t samples) {
  const auto [seconds, rest] = std::div(static_cast<long>(samples), static_cast<long>(mix::kSampleRate));
  return seconds * kSecond + rest * kSecond / mix::kSampleRate;
}

std::int64_t samplesIn(Nanos time) {
  return floorSamples(time);
}

Nanos MediaTime::Run::end() const {
  return from + timeOfSamples(*samples);
}

void MediaTime::run(Nanos from) {
  if (running()) return;
  if (runs_.empty()) return runs_.push_back({from, 0, {}});
  const Run& last = runs_.back();
  runs_.push_back({std::max(from, last.end()), last.base + *last.samples, {}});
}

Nanos MediaTime::halt(Nanos to) {
  Run& last = runs_.back();
  if (!last.samples) last.samples = std::max<std::int64_t>(samplesIn(to - last.from), 0);
  return last.end();
}

std::optional<Nanos> MediaTime::lastHalt() const {
  if (runs_.empty() || running()) return std::nullopt;
  return runs_.back().end();
}

std::optional<Nanos> MediaTime::at(Nanos time) const {
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    if (time < run->from) continue;
    if (run->samples && time >= run->end()) return std::nullopt;
    return timeOfSamples(run->base) + (time - run->from);
  }
  return std::nullopt;
}

Nanos MediaTime::before(Nanos time) const {
  for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
    if (time < run->from) continue;
    const Nanos inside = time - run->from;
    return timeOfSamples(run->base) +
           (run->samples ? std::min(inside, timeOfSamples(*run->samples)) : inside);
  }
  return Nanos{0};
}

std::vector<MediaTime::Piece> MediaTime::cut(Nanos begin) const {
  std::vector<Piece> pieces;
  for (const Run& run : runs_) {
    const std::int64_t offset = samplesIn(begin - run.from);  // of the block's first sample
    const std::int64_t from = std::max<std::int64_t>(-offset, 0);
    std::int64_t to = mix::kTickSamples;
    if (run.samples) to = std::min(to, *run.samples - offset);
    if (from >= to) continue;
    Piece piece;
    piece.from = static_cast<int>(from);
    piece.count = static_cast<int>(to - from);
    piece.at = run.base + offset + from;
    piece.fromCut = offset + from;
    if (run.samples) piece.toCut = *run.samples - piece.fromCut;
    pieces.push_back(piece);
  }
  return pieces;
}

float MediaTime::Piece::gain(int sample) const {
  constexpr auto kFade = static_cast<float>(kFadeSamples);
  const float in = (static_cast<float>(fromCut + sample) + 0.5F) / kFade;
  const float out = toCut ? (static_cast<float>(*toCut - sample) - 0.5F) / kFade : 1.F;
  return std::min({in, out, 1.F});
}

}  // namespace tessera
