// SPDX-License-Identifier: Apache-2.0
#include "pipelines/record/block_joiner.h"

#include <algorithm>
#include <cmath>

namespace tessera {

void BlockJoiner::add(const mix::AudioBlock& sound, const MediaTime::Piece& piece) {
  skipTo(piece.at);
  const auto channels = static_cast<std::size_t>(block_.channels());
  const std::int64_t late = std::max<std::int64_t>(begin_ + used_ - piece.at, 0);
  for (int i = static_cast<int>(std::min<std::int64_t>(late, piece.count)); i < piece.count; ++i) {
    const float gain = piece.gain(i);
    const auto from = static_cast<std::size_t>(piece.from + i) * channels;
    const auto to = static_cast<std::size_t>(used_) * channels;
    for (std::size_t c = 0; c < channels; ++c)
      block_[to + c] = static_cast<std::int16_t>(std::lround(gain * static_cast<float>(sound[from + c])));
    dirty_ = true;
    if (++used_ == mix::kTickSamples) moveOn();
  }
}

void BlockJoiner::finish() {
  if (dirty_) moveOn();
}

// Block_ is silent from used_ on.
void BlockJoiner::skipTo(std::int64_t position) {
  while (position >= begin_ + mix::kTickSamples) {
    if (filled_ || dirty_) {
      moveOn();
    } else {
      begin_ = position / mix::kTickSamples * mix::kTickSamples;
      used_ = 0;
    }
  }
  used_ = std::max(used_, static_cast<int>(position - begin_));
}

void BlockJoiner::moveOn() {
  onBlock_(block_, begin_);
  block_ = mix::AudioBlock(block_.channels());
  begin_ += mix::kTickSamples;
  used_ = 0;
  dirty_ = false;
}

}  // namespace tessera
