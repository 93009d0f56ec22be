// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vector>

#include "room/media_room.h"

namespace tessera {

// Decides which levels are news: somebody began or stopped speaking, became the active speaker, came or
// went, or a level moved by kStepDb or more. Pure.
class SpeakingFilter {
 public:
  static constexpr int kStepDb = 3;

  bool isNews(const std::vector<SpeakerLevel>& levels);  // true: `levels` is now what was last told

 private:
  std::vector<SpeakerLevel> told_;
};

}  // namespace tessera
