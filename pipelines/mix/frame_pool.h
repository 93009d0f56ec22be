// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "pipelines/mix/video_frame.h"

namespace tessera::mix {

// An I420 picture of ours that is still being written: `frame` describes the same planes for readers.
struct WritableFrame {
  VideoFrame frame;
  std::uint8_t* y = nullptr;
  std::uint8_t* u = nullptr;
  std::uint8_t* v = nullptr;
};

// Planes one after the other with the strides that GStreamer takes for granted (multiples of 4), so that the
// memory can be wrapped as one buffer. `width` and `height` are at least 1.
std::size_t i420Bytes(int width, int height);
WritableFrame i420Over(std::uint8_t* memory, int width, int height);

struct FreeAligned {
  void operator()(std::uint8_t* memory) const;
};
using AlignedBytes = std::unique_ptr<std::uint8_t[], FreeAligned>;
AlignedBytes allocateAligned(std::size_t bytes);  // 64-byte aligned

// Recycles picture memory: a buffer comes back when the last reference to its frame goes. Any thread.
class FramePool : public std::enable_shared_from_this<FramePool> {
 public:
  static constexpr std::size_t kMaxFree = 8;

  static std::shared_ptr<FramePool> create();
  WritableFrame acquire(int width, int height);

 private:
  FramePool() = default;
  void release(AlignedBytes memory, std::size_t bytes);

  std::mutex mutex_;
  std::size_t bytes_ = 0;  // of each buffer in free_; buffers of another size are let go
  std::vector<AlignedBytes> free_;
};

}  // namespace tessera::mix
