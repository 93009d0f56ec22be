// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <mutex>

#include "pipelines/encode/video_rung.h"

namespace tessera {

// The rungs there are, where any thread can reach them without waiting.
class Rungs {
 public:
  void put(RungId id, std::unique_ptr<VideoRung> rung);
  std::unique_ptr<VideoRung> take(RungId id);  // it may take a frame's time to destroy; null: none
  bool has(RungId id) const;
  int count() const;
  void clear();

  // `still`: nothing has moved for long, and only the program takes it.
  void push(const mix::FrameRef& canvas, bool still);
  void setCanvasFps(int fps);
  void setKbps(RungId id, int kbps);
  std::uint64_t dropped() const;  // canvas frames that an encoder was too late for, since the start
  void requestKeyframe(RungId id);
  void setKeyframeEvery(RungId id, mix::Nanos every);
  bool keyframeDue(mix::Nanos now) const;  // of the ladder's

 private:
  struct Before {
    bool operator()(const RungId& a, const RungId& b) const {
      return std::pair(a.codec, a.level) < std::pair(b.codec, b.level);
    }
  };
  using Map = std::map<RungId, std::unique_ptr<VideoRung>, Before>;

  mutable std::mutex mutex_;  // held for a pointer's time: what is called under it does not block
  Map rungs_;
  std::uint64_t dropped_ = 0;
};

}  // namespace tessera
