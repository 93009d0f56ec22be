// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "pipelines/record/media_time.h"

namespace tessera {

using Bytes = std::vector<std::uint8_t>;

// Writes Matroska (RFC 9559) for files that may end anywhere: segment and clusters of unknown size, block
// after block, no index. What it makes is appended to bytes(), whose owner takes it from there.
//
// GStreamer's matroskamux is not used: it waits for each of its streams in turn, so that sound would lie in
// memory for as long as no picture comes, and would need a thread for each stream. Plain state.
class MatroskaWriter {
 public:
  static constexpr Nanos kTick = std::chrono::microseconds(100);  // of times in the file
  static constexpr Nanos kMaxCluster = std::chrono::milliseconds(500);

  struct Picture {
    const char* codec = "";
    int width = 0, height = 0;
    Bytes config;  // CodecPrivate
  };
  struct Sound {
    const char* codec = "";
    int channels = 1;
    Bytes config;      // CodecPrivate
    Nanos delay{0};    // of what is decoded, to be cut off in front
    Nanos preRoll{0};  // to be decoded before a seek's target
  };
  MatroskaWriter(const std::optional<Picture>& picture, const std::optional<Sound>& sound);

  // Times from 0. Those of a track rise; tracks may be ahead of each other.
  void addPicture(Nanos time, bool keyframe, std::span<const std::uint8_t> frame);
  void addSound(Nanos time, std::span<const std::uint8_t> packet);
  std::size_t size() const { return bytes_.size(); }
  Bytes take() { return std::exchange(bytes_, {}); }

 private:
  void addBlock(int track, std::int64_t ticks, bool keyframe, std::span<const std::uint8_t> data);
  void beginCluster(std::int64_t ticks);

  Bytes bytes_;
  std::optional<std::int64_t> cluster_;  // its time
};

}  // namespace tessera
