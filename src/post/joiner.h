// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

#include "post/output.h"
#include "post/plan.h"
#include "post/sound_run.h"

namespace tessera::post {

// Writes the parts of a plan one after another into the output: pictures and sound keep their times against
// each other, the sound has no hole.
class Joiner {
 public:
  using OnBytes = std::function<void(std::int64_t)>;  // how much was read of the part at hand

  Joiner(const JoinPlan& plan, Output output)
      : plan_(plan), output_(std::move(output)), run_(toleranceOf(plan.soundPacket)) {}

  Status add(const PlannedPart& part, const OnBytes& onBytes);
  Status finish();  // the file is complete

  Ticks duration() const { return run_.end(); }
  Ticks filled() const { return filled_; }  // silence for sound that is missing within parts
  std::int64_t videoPackets() const { return output_.videoPackets(); }
  std::int64_t soundPackets() const { return output_.soundPackets(); }

 private:
  Status addPacket(Kind kind, AVPacket* packet);  // null: the part is over
  bool isBad(Kind kind, const AVPacket& packet);
  Status addVideo(AVPacket& packet);
  Status addSound(AVPacket& packet);
  Status addSilence(Ticks atLeast);
  Status makeSilentPacket();

  const JoinPlan& plan_;
  Output output_;
  SoundRun run_;
  bool first_ = true;
  Ticks filled_ = 0;
  // Of the part at hand:
  const PlannedPart* part_ = nullptr;
  PartSpan span_;
  bool needsKey_ = false;  // since a picture before was bad
  Ticks shift_ = 0;
  std::optional<VideoTranscoder> video_;
  std::optional<SoundTranscoder> sound_;

  PacketPtr silence_;
};

}  // namespace tessera::post
