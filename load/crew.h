// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>

#include "load/clip_source.h"
#include "load/participant.h"

namespace tessera::load {

// Makes the members of a run and owns what they share. Outlives them.
class Crew {
 public:
  Crew(const Options& options, Clips clips);

  struct Place {
    int index = 0;  // names it, and shifts its clip against the others'
    bool viewer = false;
    bool watched = false;  // its picture is looked at all along, and its sound listened to
  };
  std::unique_ptr<Participant> make(const Place& place, std::function<void()> onChanged);

  FrameSender& sender() { return sender_; }
  Teardown& teardown() { return teardown_; }
  const Clips& clips() const { return clips_; }
  // Waits for connections that are being taken down; false: one hangs.
  bool waitIdle() { return teardown_.waitIdle(Teardown::kPatience); }

 private:
  const Options& options_;
  const Clips clips_;
  Teardown teardown_;
  SignalingContext signaling_;
  FrameSender sender_;
  Company company_;
  std::shared_ptr<const SendLog> onlyTalker_;  // of the sound of the first, while there is one
};

}  // namespace tessera::load
