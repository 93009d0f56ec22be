// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>

#include "pipelines/mix/audio_block.h"
#include "pipelines/record/media_time.h"

namespace tessera {

// Makes whole blocks on the grid of media time of the pieces of blocks that a recording is cut into, with
// their fades. Plain state.
class BlockJoiner {
 public:
  // `begin` of the block in samples of media time, a multiple of mix::kTickSamples.
  using BlockHandler = std::function<void(const mix::AudioBlock& block, std::int64_t begin)>;

  // filled: what is missing between two pieces becomes silence; else no blocks are made of it.
  BlockJoiner(int channels, bool filled, BlockHandler onBlock)
      : filled_(filled), onBlock_(std::move(onBlock)), block_(channels) {}

  // What lies before the end of the piece before is left out.
  void add(const mix::AudioBlock& sound, const MediaTime::Piece& piece);
  void finish();  // hands over the block that is begun, with silence behind

 private:
  void skipTo(std::int64_t position);
  void moveOn();

  const bool filled_;
  const BlockHandler onBlock_;
  mix::AudioBlock block_;
  std::int64_t begin_ = 0;  // of block_
  int used_ = 0;            // samples in block_
  bool dirty_ = false;      // something was put into block_
};

}  // namespace tessera
