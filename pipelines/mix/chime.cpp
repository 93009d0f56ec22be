// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/chime.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tessera::mix {
namespace {

constexpr double kLow = 523.25, kHigh = 784.0;       // Hz: a fifth, C5 and G5
constexpr double kAmplitude = 4000;                  // of a note's beginning
constexpr double kDecay = 0.075;                     // seconds to 1/e
constexpr int kAttack = kSampleRate / 100;           // 10 ms, and the same at the end
constexpr int kSecondNote = kSampleRate * 12 / 100;  // begins while the first dies away
constexpr int kNote = kSampleRate * 18 / 100;        // 180 ms each, 300 ms in all

double softened(int i, int length) {
  const int edge = std::min({i, length - i, kAttack});
  return 0.5 - 0.5 * std::cos(std::numbers::pi * edge / kAttack);
}

void addNote(std::vector<std::int16_t>& to, int begin, double hertz) {
  for (int i = 0; i < kNote; ++i) {
    const double seconds = static_cast<double>(i) / kSampleRate;
    const double envelope = kAmplitude * std::exp(-seconds / kDecay) * softened(i, kNote);
    auto& sample = to[static_cast<std::size_t>(begin + i)];
    sample = static_cast<std::int16_t>(
        sample + std::lround(envelope * std::sin(2 * std::numbers::pi * hertz * seconds)));
  }
}

std::vector<std::int16_t> twoNotes(double first, double second) {
  std::vector<std::int16_t> out(kSecondNote + kNote);
  addNote(out, 0, first);
  addNote(out, kSecondNote, second);
  return out;
}

}  // namespace

ChimePlayer::ChimePlayer() : entry_(twoNotes(kLow, kHigh)), exit_(twoNotes(kHigh, kLow)) {}

void ChimePlayer::begin() {
  const unsigned wanted = wanted_.load(std::memory_order_relaxed);
  if (wanted == 0) return;
  const Chime chime = (wanted & bit(Chime::entry)) != 0 ? Chime::entry : Chime::exit;
  wanted_.fetch_and(~bit(chime), std::memory_order_relaxed);
  playing_ = chime == Chime::entry ? &entry_ : &exit_;
  next_ = 0;
}

void ChimePlayer::addTo(SumBlock& sum) {
  if (!playing_) begin();
  if (!playing_) return;
  const std::size_t count = std::min<std::size_t>(playing_->size() - next_, kTickSamples);
  const auto channels = static_cast<std::size_t>(sum.channels());
  for (std::size_t i = 0; i < count * channels; ++i) sum[i] += (*playing_)[next_ + i / channels];
  next_ += count;
  if (next_ == playing_->size()) playing_ = nullptr;
}

}  // namespace tessera::mix
