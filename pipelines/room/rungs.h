// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <functional>
#include <memory>
#include <mutex>

#include "pipelines/encode/video_rung.h"

namespace tessera {

// The rungs there are, one per codec in use, where any thread can reach them without waiting.
class Rungs {
 public:
  void put(VideoCodec codec, std::unique_ptr<VideoRung> rung);
  std::unique_ptr<VideoRung> take(VideoCodec codec);  // it may take a frame's time to destroy
  bool has(VideoCodec codec) const;
  int count() const;

  void push(const mix::FrameRef& frame);
  void setFps(int fps);
  std::uint64_t dropped() const;  // frames that an encoder was too late for, since the start
  void requestKeyframe(VideoCodec codec);
  bool keyframeDue(mix::Nanos now) const;

 private:
  static constexpr std::size_t kCodecs = 2;
  std::unique_ptr<VideoRung>& at(VideoCodec codec) { return rungs_[static_cast<std::size_t>(codec)]; }

  mutable std::mutex mutex_;  // held for a pointer's time: what is called under it does not block
  std::array<std::unique_ptr<VideoRung>, kCodecs> rungs_;
  std::uint64_t dropped_ = 0;
};

}  // namespace tessera
