// SPDX-License-Identifier: Apache-2.0
#include "pipelines/mix/frame_pool.h"

#include <new>
#include <utility>

namespace tessera::mix {
namespace {

constexpr std::align_val_t kAlignment{64};

int roundUp4(int value) {
  return (value + 3) & ~3;
}

}  // namespace

void FreeAligned::operator()(std::uint8_t* memory) const {
  ::operator delete[](memory, kAlignment);
}

AlignedBytes allocateAligned(std::size_t bytes) {
  return AlignedBytes(static_cast<std::uint8_t*>(::operator new[](bytes, kAlignment)));
}

std::size_t i420Bytes(int width, int height) {
  const auto evenRows = static_cast<std::size_t>((height + 1) & ~1);
  return evenRows * static_cast<std::size_t>(roundUp4(width)) +
         evenRows * static_cast<std::size_t>(roundUp4((width + 1) / 2));
}

WritableFrame i420Over(std::uint8_t* memory, int width, int height) {
  WritableFrame out;
  const int strideY = roundUp4(width);
  const int strideC = roundUp4((width + 1) / 2);
  const auto evenRows = static_cast<std::size_t>((height + 1) & ~1);
  out.y = memory;
  out.u = out.y + evenRows * static_cast<std::size_t>(strideY);
  out.v = out.u + evenRows / 2 * static_cast<std::size_t>(strideC);
  out.frame = VideoFrame{.width = width,
                         .height = height,
                         .y = out.y,
                         .u = out.u,
                         .v = out.v,
                         .strideY = strideY,
                         .strideU = strideC,
                         .strideV = strideC};
  return out;
}

std::shared_ptr<FramePool> FramePool::create() {
  return std::shared_ptr<FramePool>(new FramePool());
}

WritableFrame FramePool::acquire(int width, int height) {
  const std::size_t bytes = i420Bytes(width, height);
  AlignedBytes memory;
  std::vector<AlignedBytes> outdated;  // freed after the lock
  {
    const std::lock_guard lock(mutex_);
    if (bytes != bytes_) {
      outdated.swap(free_);
      bytes_ = bytes;
    } else if (!free_.empty()) {
      memory = std::move(free_.back());
      free_.pop_back();
    }
  }
  if (!memory) memory = allocateAligned(bytes);
  std::uint8_t* raw = memory.release();
  WritableFrame out = i420Over(raw, width, height);
  out.frame.memory = std::shared_ptr<const void>(
      raw, [pool = shared_from_this(), bytes, raw](const void*) { pool->release(AlignedBytes(raw), bytes); });
  return out;
}

void FramePool::release(AlignedBytes memory, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (bytes == bytes_ && free_.size() < kMaxFree) free_.push_back(std::move(memory));
}

}  // namespace tessera::mix
