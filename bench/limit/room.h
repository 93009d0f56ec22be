// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "bench/limit/meter.h"
#include "bench/limit/options.h"
#include "bench/limit/people.h"
#include "bench/limit/picture.h"
#include "bench/limit/sound.h"

namespace tessera::bench {

// Plays a room's media as fast as it goes, in the order in which it would be due.
class Room {
 public:
  static Result<Room> create(const Options& options, load::RawClips clips);

  // On from where it stands. Fails when a library refuses something or loopback loses a packet.
  [[nodiscard]] Status play(int seconds);
  Meter& meter() { return meter_; }
  std::uint64_t encodedBytes() const { return encodedBytes_; }  // of the canvas, so far

 private:
  Room(const Options& options, load::RawClips clips);
  bool playPicture(int number);
  bool playSound(int number);
  bool canvasIsDue(int number) const;

  Options options_;
  load::RawClips clips_;
  std::vector<std::size_t> starts_;  // of each sender in the video clip
  std::optional<People> people_;
  std::optional<Sound> sound_;
  std::unique_ptr<Picture> picture_;
  int nextSound_ = 0, nextPicture_ = 0;  // numbers of frames
  std::uint64_t encodedBytes_ = 0;
  Meter meter_;
};

}  // namespace tessera::bench
